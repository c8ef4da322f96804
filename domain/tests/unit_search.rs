//! Finding units as people type, held by a checked-in list (`unit_queries.csv`).

mod support;

use domain::unit::{Extent, SearchHit, SearchQuery};
use serde::Deserialize;
use support::directory;
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 22);

#[derive(Deserialize)]
struct Expected {
    query: String,
    code: String,
    /// The earlier name that must be said, when one led to the unit.
    former: String,
    why: String,
}

fn expected() -> Vec<Expected> {
    csv::Reader::from_reader(include_str!("unit_queries.csv").as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("the list is readable")
}

fn search(text: &str) -> Vec<SearchHit> {
    directory().search(&SearchQuery {
        text,
        on: TODAY,
        under: None,
        limit: 10,
    })
}

fn shown(hits: &[SearchHit]) -> Vec<String> {
    let name = |hit: &SearchHit| {
        let fact = directory()
            .fact_on(hit.unit, TODAY)
            .expect("hits exist on the day");
        let former = hit
            .former
            .as_ref()
            .map(|former| format!(" (trước là {})", former.name.vi));
        format!("{} {}{}", fact.code, fact.name.vi, former.unwrap_or_default())
    };
    hits.iter().map(name).collect()
}

#[test]
fn every_listed_query_finds_its_unit_among_the_first_three() {
    let list = expected();
    assert!(list.len() >= 60, "the list has {} queries", list.len());
    let mut wrong = Vec::new();
    for Expected {
        query,
        code,
        former,
        why,
    } in list
    {
        let hits = search(&query);
        let wanted = directory().by_code(&code, TODAY).expect("a living unit").unit.id;
        let hit = hits.iter().take(3).find(|hit| hit.unit == wanted);
        let said = hit.map(|hit| hit.former.as_ref().map_or("", |former| former.name.vi.as_str()));
        if said != Some(former.as_str()) {
            wrong.push(format!(
                "{query} ({why}): wanted {code} {former:?}, got {:#?}",
                shown(&hits)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_old_name_says_how_much_of_it_came_to_the_unit() {
    let divided = search("phường bùi hữu nghĩa cần thơ");
    let former = divided[0].former.as_ref().expect("an old name");
    assert_eq!(former.extent, Extent::Partial);
    assert_eq!(former.until, Some(date!(2025 - 07 - 01)));
    let merged = search("phường an lộc hồng ngự");
    assert_eq!(
        merged[0].former.as_ref().expect("an old name").extent,
        Extent::Exact
    );
}

#[test]
fn a_search_may_stay_below_a_unit_and_belong_to_a_day() {
    let units = directory();
    let can_tho = units.by_code("92", TODAY).expect("Cần Thơ").unit.id;
    let hits = units.search(&SearchQuery {
        text: "an binh",
        on: TODAY,
        under: Some(can_tho),
        limit: 10,
    });
    assert!(!hits.is_empty());
    for hit in &hits {
        assert!(
            units
                .ancestors_on(hit.unit, TODAY)
                .any(|above| above.unit.id == can_tho)
        );
    }
    let before = date!(2025 - 06 - 30);
    let hits = units.search(&SearchQuery {
        text: "phuong an loc",
        on: before,
        under: None,
        limit: 3,
    });
    assert_eq!(
        units.fact_on(hits[0].unit, before).expect("it existed").name.vi,
        "Phường An Lộc"
    );
    assert_eq!(hits[0].former, None);
}

#[test]
fn nonsense_finds_nothing_and_odd_input_is_harmless() {
    for text in ["", "   ", "…", "zzqqxx wwvvkk", "'''", "\u{301}\u{301}"] {
        assert!(search(text).is_empty(), "{text:?}: {:?}", shown(&search(text)));
    }
    // A very long input answers too.
    let _ = search(&"hong ngu dong thap ".repeat(200));
}
