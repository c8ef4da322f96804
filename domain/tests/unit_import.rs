//! `import-units`: all rows or none, and every fault of every row.

mod support;

use std::collections::HashSet;

use domain::unit::import::{Imported, Refusal, RefusalCode, office_id, read};
use domain::unit::{UnitDirectory, UnitKind};
use support::directory;
use time::macros::date;

const HEADER: &str = "code,name_vi,name_en,kind,parent_code,valid_from,valid_to,decision,unit";

fn import(rows: &[&str]) -> Result<Imported, Vec<Refusal>> {
    import_into(directory(), rows)
}

fn import_into(known: &UnitDirectory, rows: &[&str]) -> Result<Imported, Vec<Refusal>> {
    let lines: Vec<&str> = std::iter::once(HEADER).chain(rows.iter().copied()).collect();
    read(&lines.join("\n"), known)
}

fn faults(rows: &[&str]) -> Vec<(u64, &'static str)> {
    let refused = import(rows).expect_err("a row is wrong");
    refused
        .iter()
        .map(|refusal| (refusal.line, refusal.code.code()))
        .collect()
}

const CENTRE: &str = "H20.82.01,Trung tâm Phục vụ hành chính công phường Hồng Ngự,Hong Ngu Ward Public Service Centre,\
                      service_center,29955,01/07/2025,,12/QĐ-UBND,";
const COUNTER: &str = "H20.82.01.1,Quầy 1,Counter 1,counter,H20.82.01,2025-07-01,,,";

#[test]
fn units_of_a_good_file_stand_in_the_tree() {
    // The parent may come after the child.
    let imported = import(&[COUNTER, CENTRE]).expect("both rows are good");
    assert_eq!((imported.new, imported.changed, imported.unchanged), (2, 0, 0));
    let units = directory().with(imported.units).expect("a consistent directory");
    let today = date!(2026 - 11 - 22);
    let counter = units.by_code("H20.82.01.1", today).expect("the counter");
    assert_eq!(counter.fact.kind, UnitKind::Counter);
    let above: Vec<_> = units
        .ancestors_on(counter.unit.id, today)
        .map(|above| above.fact.name.vi.as_str())
        .collect();
    assert_eq!(
        above,
        [
            "Trung tâm Phục vụ hành chính công phường Hồng Ngự",
            "Phường Hồng Ngự",
            "Tỉnh Đồng Tháp",
            "Việt Nam"
        ]
    );
    let found = units.search(&domain::unit::SearchQuery {
        text: "trung tam phuc vu hanh chinh cong hong ngu",
        on: today,
        under: None,
        limit: 3,
    });
    assert_eq!(found[0].unit, office_id("H20.82.01"));
}

#[test]
fn the_same_file_again_changes_nothing_and_an_end_may_be_added() {
    let first = import(&[CENTRE, COUNTER]).expect("good");
    let known = directory().with(first.units).expect("consistent");
    let again = import_into(&known, &[CENTRE, COUNTER]).expect("good");
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 2));
    assert_eq!(again.units, []);
    // Closed on 01/01/2027 and renamed from then on: one unit, two facts, two codes.
    let closed = COUNTER.replace("2025-07-01,,,", "2025-07-01,2027-01-01,,");
    let renamed = "H20.82.01.A,Quầy A,Counter A,counter,H20.82.01,2027-01-01,,,H20.82.01.1";
    let changed = import_into(&known, &[&closed, renamed]).expect("good");
    assert_eq!((changed.new, changed.changed, changed.unchanged), (0, 1, 0));
    let unit = &changed.units[0];
    assert_eq!(unit.id, office_id("H20.82.01.1"));
    assert_eq!(unit.facts.len(), 2);
    let known = known.with(changed.units).expect("consistent");
    assert_eq!(
        known
            .by_code("H20.82.01.A", date!(2027 - 01 - 01))
            .expect("A")
            .unit
            .id,
        office_id("H20.82.01.1")
    );
    assert!(known.by_code("H20.82.01.1", date!(2027 - 01 - 01)).is_none());
    // A renaming without the end of the old name contradicts it.
    let refused = import_into(
        &directory()
            .with(import(&[CENTRE, COUNTER]).expect("good").units)
            .expect("ok"),
        &[renamed],
    )
    .expect_err("the old name is still open");
    assert_eq!(refused[0].code, RefusalCode::FactsOverlap);
    let other_name = CENTRE.replace("Trung tâm", "TT");
    let refused = import_into(&known, &[&other_name]).expect_err("another name from the same day");
    assert_eq!(refused[0].code, RefusalCode::FactsDiffer);
}

#[test]
fn every_wrong_row_is_reported_and_nothing_is_made() {
    assert_eq!(
        faults(&[
            CENTRE,
            ",Sở Nội vụ,Department of Home Affairs,department,82,01/07/2025,,,",
            "SNV,,,bureau,82,2025-13-01,,,",
            "PHUONG,Phường Mới,New Ward,phuong,82,01/07/2025,,,",
            "12345,Sở A,Department A,department,82,01/07/2025,,,",
            "sở,Sở B,Department B,department,82,01/07/2025,,,",
            "S1,Sở C,Department C,department,82,01/07/2025,01/07/2025,,",
            "S2,Sở D,Department D,department,99999,01/07/2025,,,",
            "S3,Sở E,Department E",
        ]),
        [
            (3, "field.missing"),
            (4, "field.missing"),
            (4, "field.missing"),
            (4, "kind.unknown"),
            (4, "date.form"),
            (5, "kind.official"),
            (6, "code.official"),
            (7, "code.form"),
            (8, "dates.order"),
            (9, "parent.unknown"),
            (10, "row.columns"),
        ]
    );
}

#[test]
fn a_row_is_not_refused_for_the_fault_of_its_parents_row() {
    assert_eq!(
        faults(&[&CENTRE.replace("service_center", "center"), COUNTER]),
        [(2, "kind.unknown")]
    );
}

#[test]
fn the_tree_must_hold_for_the_whole_time() {
    // Tiền Giang, 82 until 30/06/2025, ended; Đồng Tháp bears the code since.
    let department = "STC,Sở Tài chính,Department of Finance,department,82,01/01/2025,,,";
    assert_eq!(faults(&[department]), [(2, "parent.ended")]);
    let told = import(&[department]).expect_err("it ended");
    assert!(told[0].en().contains("2025-07-01"), "{}", told[0]);
    assert!(told[0].vi().contains("2025-07-01"), "{}", told[0].vi());
    // District 868 is no unit after the reform.
    assert_eq!(
        faults(&["X1,A,A,department,868,01/07/2025,,,"]),
        [(2, "parent.unknown")]
    );
    assert_eq!(
        faults(&[CENTRE, COUNTER, "X2,B,B,service_point,H20.82.01.1,01/07/2025,,,"]),
        [(4, "parent.kind")]
    );
    let looped = [
        "X1,A,A,department,X2,01/07/2025,,,",
        "X2,B,B,department,X1,01/07/2025,,,",
    ];
    assert_eq!(faults(&looped), [(2, "parent.loop"), (3, "parent.loop")]);
}

#[test]
fn a_code_means_one_unit_on_a_day() {
    let twice = [
        "X1,A,A,department,82,01/07/2025,,,a",
        "X1,B,B,department,82,01/07/2026,,,b",
    ];
    assert_eq!(faults(&twice), [(3, "code.repeated")]);
    let in_turn = [
        "X1,A,A,department,82,01/07/2025,01/07/2026,,a",
        "X1,B,B,department,82,01/07/2026,,,b",
    ];
    assert_eq!(import(&in_turn).expect("one after the other").new, 2);
    let overlapping = [
        "X1,A,A,department,82,01/07/2025,,,",
        "X1,B,B,department,82,01/07/2026,,,",
    ];
    assert_eq!(faults(&overlapping), [(3, "facts.overlap")]);
    let known = directory()
        .with(import(&[CENTRE]).expect("good").units)
        .expect("consistent");
    let refused =
        import_into(&known, &[&CENTRE.replace("12/QĐ-UBND,", "12/QĐ-UBND,other")]).expect_err("taken");
    assert_eq!(refused[0].code, RefusalCode::CodeTaken);
}

#[test]
fn spreadsheets_may_write_it_their_way() {
    let text = format!("\u{feff}{HEADER}\r\n{CENTRE}\r\n,,,,,,,,\r\n").replace(',', ";");
    let imported = read(&text, directory()).expect("semicolons, a byte order mark and an empty row");
    assert_eq!(imported.units[0].facts[0].valid_from, Some(date!(2025 - 07 - 01)));
    let short = "name_vi,code,kind,name_en,valid_from,parent_code\nSở Y tế,SYT,department,Department of Health,\
                 01/07/2025,82";
    assert_eq!(
        read(short, directory())
            .expect("required columns in any order")
            .new,
        1
    );
}

#[test]
fn a_wrong_header_is_told_in_whole() {
    let refused = read("code,name,nom,kind,kind", directory()).expect_err("a wrong header");
    let codes: Vec<_> = refused.iter().map(|refusal| refusal.code.code()).collect();
    assert_eq!(
        codes,
        [
            "header.unknown",
            "header.unknown",
            "header.repeated",
            "header.missing",
            "header.missing",
            "header.missing",
            "header.missing"
        ]
    );
    assert_eq!(
        read("", directory()).expect_err("nothing")[0].code,
        RefusalCode::HeaderMissing
    );
}

#[test]
fn every_reason_is_told_in_two_languages() {
    let refused = import(&["a b,,A,phuong,,x,,,"]).expect_err("all wrong");
    let told: HashSet<_> = refused
        .iter()
        .flat_map(|refusal| [refusal.vi(), refusal.en()])
        .collect();
    assert_eq!(told.len(), refused.len() * 2);
    assert!(told.iter().all(|sentence| !sentence.contains("{}")));
}
