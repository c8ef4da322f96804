//! The checked-in official units, as the directory answers for them (DOMAIN.md section 5).

mod support;

use std::collections::{BTreeMap, HashSet};

use domain::unit::{Extent, Resolved, ShortId, UnitDirectory, UnitKind, UnitLevel};
use support::directory;
use time::Date;
use time::macros::date;

const BEFORE: Date = date!(2025 - 06 - 30);
const REFORM: Date = date!(2025 - 07 - 01);
const DONG_NAI: Date = date!(2026 - 04 - 30);
const QUANG_NINH: Date = date!(2026 - 09 - 01);
const BAC_NINH: Date = date!(2026 - 09 - 20);

fn kinds(units: &UnitDirectory, level: UnitLevel, on: Date) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for unit in units.level_on(level, on) {
        *kinds.entry(unit.fact.kind.code()).or_default() += 1;
    }
    kinds
}

#[test]
fn the_published_totals_hold_on_each_day() {
    let units = directory();
    assert_eq!(
        kinds(units, UnitLevel::Country, BEFORE),
        BTreeMap::from([("country", 1)])
    );
    assert_eq!(
        kinds(units, UnitLevel::Province, BEFORE).values().sum::<usize>(),
        63
    );
    assert_eq!(
        kinds(units, UnitLevel::District, BEFORE).values().sum::<usize>(),
        696
    );
    assert_eq!(
        kinds(units, UnitLevel::Commune, BEFORE).values().sum::<usize>(),
        10_035
    );

    for day in [REFORM, date!(2026 - 04 - 29)] {
        assert_eq!(
            kinds(units, UnitLevel::Province, day),
            BTreeMap::from([("province", 28), ("city", 6)])
        );
        assert_eq!(
            kinds(units, UnitLevel::Commune, day),
            BTreeMap::from([("xa", 2621), ("phuong", 687), ("dac_khu", 13)])
        );
        assert_eq!(kinds(units, UnitLevel::District, day), BTreeMap::new());
    }
    for (day, provinces, cities, xa, phuong) in [
        (DONG_NAI, 27, 7, 2611, 697),
        (date!(2026 - 08 - 31), 27, 7, 2611, 697),
        (QUANG_NINH, 26, 8, 2611, 697),
        (date!(2026 - 09 - 19), 26, 8, 2611, 697),
        (BAC_NINH, 25, 9, 2599, 709),
    ] {
        assert_eq!(
            kinds(units, UnitLevel::Province, day),
            BTreeMap::from([("province", provinces), ("city", cities)]),
            "{day}"
        );
        assert_eq!(
            kinds(units, UnitLevel::Commune, day),
            BTreeMap::from([("xa", xa), ("phuong", phuong), ("dac_khu", 13)]),
            "{day}"
        );
    }
}

/// A province that became a city, and the communes that became wards with it, are one unit each.
#[track_caller]
fn raised(
    (province, city, decision): (&str, &str, &str),
    (wards, ward_decision): (&[&str], &str),
    day: Date,
) {
    let units = directory();
    let before_it = day.previous_day().expect("a day");
    let raised = units.by_code(province, day).expect(province);
    assert_eq!(raised.fact.name.vi, city);
    assert_eq!(raised.fact.kind, UnitKind::City);
    assert_eq!(raised.fact.decision.as_deref(), Some(decision));
    let province_before = units.by_code(province, before_it).expect(province);
    assert_eq!(province_before.unit.id, raised.unit.id);
    assert_eq!(province_before.fact.kind, UnitKind::Province);
    for code in wards {
        let before = units.by_code(code, before_it).expect(code);
        let after = units.by_code(code, day).expect(code);
        assert_eq!(before.unit.id, after.unit.id, "{code}");
        assert_eq!(
            (before.fact.kind, after.fact.kind),
            (UnitKind::Xa, UnitKind::Phuong),
            "{code}"
        );
        assert_eq!(before.fact.bare_name(), after.fact.bare_name(), "{code}");
        assert_eq!(after.fact.decision.as_deref(), Some(ward_decision), "{code}");
        assert_eq!(
            units.parent_on(after.unit.id, day).expect(code).unit.id,
            raised.unit.id,
            "{code}"
        );
    }
}

#[test]
fn dong_nai_and_its_ten_wards_were_raised_in_april_2026() {
    let wards = [
        "25270", "25357", "25363", "26116", "26170", "26248", "26326", "26368", "26425", "26485",
    ];
    raised(
        ("75", "Thành phố Đồng Nai", "30/2026/QH16"),
        (&wards, "237/NQ-UBTVQH16"),
        DONG_NAI,
    );
    // The Đồng Nai of before the reform is another unit.
    let id = |on| directory().by_code("75", on).expect("Đồng Nai").unit.id;
    assert_ne!(id(BEFORE), id(DONG_NAI));
}

#[test]
fn quang_ninh_and_bac_ninh_with_its_twelve_wards_were_raised_in_september_2026() {
    raised(
        ("22", "Thành phố Quảng Ninh", "36/2026/QH16"),
        (&[], "it raised no commune"),
        QUANG_NINH,
    );
    let wards = [
        "07294", "07375", "07399", "07444", "07840", "09193", "09292", "09313", "09319", "09454", "09475",
        "09496",
    ];
    raised(
        ("24", "Thành phố Bắc Ninh", "39/2026/QH16"),
        (&wards, "388/NQ-UBTVQH16"),
        BAC_NINH,
    );
}

#[test]
fn ba_che_is_one_unit_with_two_codes() {
    let units = directory();
    let ba_che = units.by_code("06978", REFORM).expect("Ba Chẽ of July 2025");
    assert_eq!(ba_che.fact.name.vi, "Xã Ba Chẽ");
    assert_eq!(
        units.by_code("06970", DONG_NAI).expect("Ba Chẽ of today").unit.id,
        ba_che.unit.id
    );
    assert!(units.by_code("06978", DONG_NAI).is_none());
    assert!(units.by_code("06970", REFORM).is_none());
    // The township that bore the code before is one of its parts, not the same unit.
    let township = units.by_code("06970", BEFORE).expect("the township");
    assert_ne!(township.unit.id, ba_che.unit.id);
    assert!(
        units
            .predecessors(ba_che.unit.id)
            .any(|row| row.old == township.unit.id)
    );
}

#[test]
fn an_binh_is_a_new_unit_under_an_old_code() {
    let units = directory();
    let an_loc = units.by_code("29954", BEFORE).expect("An Lộc");
    let an_binh = units.by_code("29954", REFORM).expect("An Bình");
    assert_eq!(
        (an_loc.fact.name.vi.as_str(), an_binh.fact.name.vi.as_str()),
        ("Phường An Lộc", "Phường An Bình")
    );
    assert_ne!(an_loc.unit.id, an_binh.unit.id);
    let mut parts: Vec<_> = units
        .predecessors(an_binh.unit.id)
        .map(|row| {
            assert_eq!((row.extent, row.date), (Extent::Exact, REFORM));
            units.fact_on(row.old, BEFORE).expect("a part").code.as_str()
        })
        .collect();
    parts.sort_unstable();
    assert_eq!(parts, ["29954", "29986", "29989"]);
    let meanings: Vec<_> = units
        .meanings_of_code("29954")
        .iter()
        .map(|meaning| meaning.unit.id)
        .collect();
    assert_eq!(meanings, [an_binh.unit.id, an_loc.unit.id]);
    assert_eq!(units.resolve("29954"), Resolved::Choice(meanings));
}

#[test]
fn a_merger_makes_a_new_province_and_its_code_may_be_anothers() {
    let units = directory();
    let tien_giang = units.by_code("82", BEFORE).expect("82");
    let dong_thap = units.by_code("82", REFORM).expect("82");
    assert_eq!(tien_giang.fact.name.vi, "Tỉnh Tiền Giang");
    assert_eq!(dong_thap.fact.name.vi, "Tỉnh Đồng Tháp");
    assert_eq!(
        units.became(tien_giang.unit.id, REFORM)[0].unit,
        dong_thap.unit.id
    );
    assert_eq!(units.predecessors(dong_thap.unit.id).count(), 2);
    assert_eq!(units.children_on(dong_thap.unit.id, REFORM).count(), 102);
    let ha_noi = units.by_code("01", BEFORE).expect("Hà Nội");
    assert_eq!(
        units.by_code("01", DONG_NAI).expect("Hà Nội").unit.id,
        ha_noi.unit.id
    );
}

#[test]
fn a_commune_left_alone_keeps_its_id_and_changes_its_parent() {
    let units = directory();
    let before = units.by_code("14845", BEFORE).expect("Mường Lát");
    let after = units.by_code("14845", REFORM).expect("Mường Lát");
    assert_eq!(before.unit.id, after.unit.id);
    assert_eq!(
        (before.fact.kind, after.fact.kind),
        (UnitKind::ThiTran, UnitKind::Xa)
    );
    assert_eq!(
        units
            .parent_on(before.unit.id, BEFORE)
            .expect("district")
            .fact
            .kind,
        UnitKind::Huyen
    );
    assert_eq!(
        units
            .parent_on(after.unit.id, REFORM)
            .expect("province")
            .fact
            .name
            .vi,
        "Tỉnh Thanh Hóa"
    );
    assert_eq!(units.successors(before.unit.id).count(), 0);
    let lived_on = units
        .level_on(UnitLevel::Commune, REFORM)
        .filter(|u| u.unit.fact_on(BEFORE).is_some());
    assert_eq!(lived_on.count(), 132);
}

#[test]
fn split_communes_and_abolished_districts_lead_to_all_that_they_became() {
    let units = directory();
    let hong_ngu = units.by_code("868", BEFORE).expect("Thành phố Hồng Ngự");
    let became: Vec<_> = units
        .became(hong_ngu.unit.id, DONG_NAI)
        .iter()
        .map(|b| {
            (
                units.fact_on(b.unit, DONG_NAI).expect("living").code.as_str(),
                b.extent,
            )
        })
        .collect();
    assert_eq!(
        became,
        [
            ("29954", Extent::Partial),
            ("29955", Extent::Partial),
            ("29978", Extent::Partial)
        ]
    );
    // Resolution 1668/NQ-UBTVQH15, clauses 2 and 6: Bùi Hữu Nghĩa was divided between two wards.
    let split = units.by_code("31178", BEFORE).expect("Bùi Hữu Nghĩa");
    assert_eq!(split.fact.name.vi, "Phường Bùi Hữu Nghĩa");
    let mut parts: Vec<_> = units
        .successors(split.unit.id)
        .map(|row| {
            (
                units.fact_on(row.new, REFORM).expect("new").name.vi.as_str(),
                row.extent,
            )
        })
        .collect();
    parts.sort_unstable();
    assert_eq!(
        parts,
        [
            ("Phường Bình Thủy", Extent::Partial),
            ("Phường Cái Khế", Extent::Partial)
        ]
    );
    // An island district without communes became a commune-level zone whole.
    let con_dao = units.by_code("755", BEFORE).expect("Huyện Côn Đảo");
    let zone = units.became(con_dao.unit.id, REFORM);
    assert_eq!(zone.len(), 1);
    assert_eq!(zone[0].extent, Extent::Exact);
    assert_eq!(
        units.fact_on(zone[0].unit, REFORM).expect("zone").name.en,
        "Con Dao Special Zone"
    );
}

/// How many were split and into how many, and the pairs on which the sources differ (data/units/README.md).
#[test]
fn old_communes_have_as_many_successors_as_the_resolutions_say() {
    let units = directory();
    let mut by_successors = BTreeMap::new();
    for old in units.level_on(UnitLevel::Commune, BEFORE) {
        let went_on = usize::from(old.unit.fact_on(REFORM).is_some());
        *by_successors
            .entry(units.successors(old.unit.id).count() + went_on)
            .or_insert(0) += 1;
    }
    assert_eq!(
        by_successors,
        BTreeMap::from([(1, 9594), (2, 369), (3, 55), (4, 16), (5, 1)])
    );
    for (old, new) in [
        ("28036", &[("28036", Extent::Exact)][..]), // Thủ Thừa: 1682, clause 20.
        ("28057", &[("28036", Extent::Partial), ("28087", Extent::Partial)]), // Nhị Thành: clauses 20 and 52.
        ("23053", &[("23041", Extent::Partial), ("23053", Extent::Partial)]), // Hòa Thắng: 1671, clause 51.
        ("00556", &[("00541", Extent::Partial), ("00562", Extent::Partial)]), // Đặng Xá: 1656, clauses 110 and 112.
        // Văn Khê: 1656, clauses 107, 118, 119 and 120.
        (
            "09013",
            &[
                ("08980", Extent::Partial),
                ("08995", Extent::Partial),
                ("09022", Extent::Partial),
                ("09817", Extent::Partial),
            ],
        ),
        ("31714", &[("31726", Extent::Exact)]), // Thạnh Quới of Sóc Trăng: 1668, clause 66.
        ("31246", &[("31246", Extent::Exact)]), // Thạnh Quới of Cần Thơ: clause 43.
    ] {
        let unit = units.by_code(old, BEFORE).expect(old).unit.id;
        let mut found: Vec<_> = units
            .successors(unit)
            .map(|row| {
                let new = units.fact_on(row.new, REFORM).expect("a new commune");
                (new.code.as_str(), row.extent)
            })
            .collect();
        found.sort_unstable_by_key(|(code, _)| *code);
        assert_eq!(found, new, "{old}");
    }
}

#[test]
fn every_old_commune_has_a_place_today_and_every_new_one_a_past() {
    let units = directory();
    for old in units.level_on(UnitLevel::Commune, BEFORE) {
        assert!(
            !units.became(old.unit.id, DONG_NAI).is_empty(),
            "{}",
            old.fact.name.vi
        );
        let extents: Vec<_> = units.successors(old.unit.id).map(|row| row.extent).collect();
        match extents.as_slice() {
            [] | [Extent::Exact] => {}
            several => assert!(
                several.len() > 1 && several.iter().all(|e| *e == Extent::Partial),
                "{old:?}"
            ),
        }
    }
    for new in units.level_on(UnitLevel::Commune, REFORM) {
        let has_past = new.unit.fact_on(BEFORE).is_some() || units.predecessors(new.unit.id).count() > 0;
        assert!(has_past, "{}", new.fact.name.vi);
    }
}

#[test]
fn english_names_are_plain_and_end_with_the_kind() {
    let units = directory();
    for (code, name) in [
        ("29955", "Hong Ngu Ward"),
        ("82", "Dong Thap Province"),
        ("92", "Can Tho City"),
        ("26732", "Con Dao Special Zone"),
        ("08869", "Tam Duong Commune"),
        ("VN", "Viet Nam"),
    ] {
        assert_eq!(units.by_code(code, DONG_NAI).expect(code).fact.name.en, name);
    }
    assert_eq!(
        units.by_code("760", BEFORE).expect("Quận 1").fact.name.en,
        "District 1"
    );
    for unit in units.units() {
        for fact in &unit.facts {
            assert!(fact.name.en.is_ascii(), "{}", fact.name.en);
        }
    }
}

#[test]
fn children_come_in_the_order_of_codes_or_of_names() {
    let units = directory();
    let country = units.country(DONG_NAI).expect("the country").unit.id;
    let codes: Vec<_> = units
        .children_on(country, DONG_NAI)
        .map(|p| p.fact.code.clone())
        .collect();
    assert_eq!(codes.len(), 34);
    assert!(codes.is_sorted());
    let names: Vec<_> = units
        .children_by_name(country, DONG_NAI)
        .iter()
        .map(|p| p.fact.bare_name().to_owned())
        .collect();
    assert_eq!(
        names[..8],
        [
            "An Giang",
            "Bắc Ninh",
            "Cà Mau",
            "Cao Bằng",
            "Cần Thơ",
            "Đà Nẵng",
            "Đắk Lắk",
            "Điện Biên"
        ]
        .map(str::to_owned)
        .to_vec()[..]
    );
}

#[test]
fn the_lowest_common_ancestor_depends_on_the_day() {
    let units = directory();
    let id = |code: &str, on| units.by_code(code, on).expect(code).unit.id;
    let lca = |ids: &[_], on| {
        units
            .lowest_common_ancestor(ids, on)
            .map(|unit| unit.fact.name.vi.as_str())
    };
    let (hong_ngu, an_binh) = (id("29955", DONG_NAI), id("29954", DONG_NAI));
    assert_eq!(lca(&[hong_ngu, an_binh], DONG_NAI), Some("Tỉnh Đồng Tháp"));
    assert_eq!(lca(&[hong_ngu], DONG_NAI), Some("Phường Hồng Ngự"));
    assert_eq!(
        lca(&[hong_ngu, id("82", DONG_NAI)], DONG_NAI),
        Some("Tỉnh Đồng Tháp")
    );
    assert_eq!(
        lca(&[hong_ngu, id("00004", DONG_NAI)], DONG_NAI),
        Some("Việt Nam")
    );
    assert_eq!(
        lca(&[id("29954", BEFORE), id("29986", BEFORE)], BEFORE),
        Some("Thành phố Hồng Ngự")
    );
    assert_eq!(lca(&[hong_ngu, id("29986", BEFORE)], DONG_NAI), None);
    assert_eq!(lca(&[], DONG_NAI), None);
}

#[test]
fn short_ids_are_unique_and_addresses_lead_back() {
    let units = directory();
    let short: HashSet<_> = units.units().iter().map(|unit| ShortId::of(unit.id)).collect();
    assert_eq!(short.len(), units.units().len());
    for unit in units.units() {
        let address = units.address(unit.id, DONG_NAI).expect("an address");
        assert_eq!(units.resolve(&address), Resolved::Unit(unit.id), "{address}");
    }
    let hong_ngu = units.by_code("29955", DONG_NAI).expect("Hồng Ngự").unit.id;
    let address = units.address(hong_ngu, DONG_NAI).expect("an address");
    assert!(address.starts_with("phuong-hong-ngu-"), "{address}");
    // Old words before a known short id still lead there.
    let short = ShortId::of(hong_ngu);
    assert_eq!(
        units.resolve(&format!("an-old-name-{short}")),
        Resolved::Unit(hong_ngu)
    );
    assert_eq!(units.resolve("no-such-unit"), Resolved::Unknown);
    // A code that was never reused leads straight to its unit.
    let con_dao = units.by_code("26732", REFORM).expect("Côn Đảo").unit.id;
    assert_eq!(units.resolve("26732"), Resolved::Unit(con_dao));
}

#[test]
fn coordinates_lie_in_the_country() {
    for unit in directory().units() {
        let place = unit.coordinates.expect("every official unit has a point");
        assert!((6_000_000..24_000_000).contains(&place.latitude_e6), "{unit:?}");
        assert!(
            (102_000_000..118_000_000).contains(&place.longitude_e6),
            "{unit:?}"
        );
    }
}
