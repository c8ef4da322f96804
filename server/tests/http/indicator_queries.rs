//! What a reader may ask of `/api/v1/indicators`, and that it is what is answered.

use axum::http::StatusCode;
use domain::channel::Channel;
use domain::id::ResponseId;
use serde_json::{Value, json};
use server::api::figures::{EstimateDocument, FiguresDocument};
use service::setup::NewPoint;
use store::catalogue::Point;
use time::macros::date;
use time::{Date, Duration};

use crate::indicators::figures;
use crate::world::{OTHER_WARD, PROVINCE, WARD, World, new_point};

/// So many responses of that day at a point, with these answers.
async fn answer(world: &World, point: &Point, day: Date, people: usize, answers: &Value) {
    for _ in 0..people {
        let mut document = world.document_at(point);
        document["answered_on"] = json!(day.to_string());
        document["answers"] = answers.clone();
        let id = ResponseId::new(day, service::clock::random());
        assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    }
}

/// October and November at two wards: online at both, with an interviewer at the first. The wards differ in what they are
/// told, and so do the channels.
async fn released() -> World {
    let world = World::new().await;
    let other = world
        .add_point(NewPoint {
            hourly_limit: 1000,
            ..new_point(OTHER_WARD)
        })
        .await;
    let visits = world
        .add_point(NewPoint {
            channel: Channel::Home,
            hourly_limit: 1000,
            ..new_point(WARD)
        })
        .await;
    let content = json!({"overall": 5, "aspects": {"access": 5, "procedures": 5, "officials": 5}});
    let so_so = json!({"overall": 4, "aspects": {"access": 5, "procedures": 4, "officials": 3}});
    let discontent = json!({"overall": 2, "aspects": {"access": 2, "procedures": 4, "officials": 2}});
    for day in [date!(2026 - 10 - 15), date!(2026 - 11 - 15)] {
        answer(&world, &world.point, day, 12, &content).await;
        answer(&world, &visits, day, 14, &so_so).await;
        answer(&world, &other, day, 20, &discontent).await;
    }
    // The fourth quarter has settled.
    world.clock.advance(Duration::days(60));
    world.service.release_all().await.unwrap();
    world
}

fn respondents(cell: &Value) -> &Value {
    &cell["figures"]["respondents"]
}

#[tokio::test]
async fn one_channel_has_the_answers_of_that_channel() {
    let world = released().await;
    for (channel, people, satisfied) in [("online", 24, 72), ("field", 28, 56)] {
        let document = figures(&world, &format!("unit={WARD}&period=2026-Q4&channel={channel}")).await;
        assert_eq!(document["channel"], channel);
        assert_eq!(*respondents(&document["cell"]), people, "{channel}");
        let share = &document["cell"]["figures"]["nodes"][0]["share"];
        assert_eq!(share["numerator"], satisfied, "{channel}");
    }
    let all = figures(&world, &format!("unit={WARD}&period=2026-Q4")).await;
    assert_eq!(
        (&all["channel"], respondents(&all["cell"])),
        (&Value::Null, &json!(52))
    );
}

#[tokio::test]
async fn channels_stand_side_by_side_where_several_were_used() {
    let world = released().await;
    let document = figures(&world, &format!("unit={WARD}&period=2026-Q4")).await;
    let channels: Vec<(&Value, &Value)> = document["channels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|channel| (&channel["channel"], respondents(&channel["cell"])))
        .collect();
    assert_eq!(
        channels,
        [(&json!("online"), &json!(24)), (&json!("field"), &json!(28))]
    );
    // One was used at the other ward, and months are not split.
    for query in [
        format!("unit={OTHER_WARD}&period=2026-Q4"),
        format!("unit={WARD}&period=2026-10"),
    ] {
        assert_eq!(figures(&world, &query).await["channels"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn the_series_has_the_months_up_to_the_period_asked() {
    let world = released().await;
    let document = figures(&world, &format!("unit={WARD}&period=2026-11")).await;
    let series = document["series"].as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = series
        .iter()
        .filter(|point| point["cell"]["state"] == "shown")
        .map(|point| (&point["period"], respondents(&point["cell"])))
        .collect();
    assert_eq!(
        shown,
        [(&json!("2026-10"), &json!(26)), (&json!("2026-11"), &json!(26))]
    );
    assert_eq!(series.last().unwrap()["period"], "2026-11");
    let october = figures(&world, &format!("unit={WARD}&period=2026-10")).await;
    assert_eq!(
        october["series"].as_array().unwrap().last().unwrap()["period"],
        "2026-10"
    );
}

#[tokio::test]
async fn the_series_has_years_where_nothing_shorter_may_be_shown() {
    let world = World::new().await;
    let content = json!({"overall": 5, "aspects": {"access": 5, "procedures": 5, "officials": 5}});
    for day in [date!(2026 - 09 - 15), date!(2026 - 10 - 15)] {
        answer(&world, &world.point, day, 6, &content).await;
    }
    world.clock.advance(Duration::days(60));
    world.service.release_all().await.unwrap();
    let document = figures(&world, &format!("unit={WARD}")).await;
    assert_eq!(document["period"], "2026");
    let series = document["series"].as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = series
        .iter()
        .map(|point| (&point["period"], respondents(&point["cell"])))
        .collect();
    assert_eq!(shown, [(&json!("2026"), &json!(12))]);
    // Before the first whole year there is nothing that could be shown.
    let quarter = figures(&world, &format!("unit={WARD}&period=2026-Q3")).await;
    assert_eq!(
        (&quarter["cell"], &quarter["series"]),
        (&json!({"state": "hidden"}), &json!([]))
    );
}

fn order(document: &Value) -> Vec<&Value> {
    let rows = document["children"]["rows"].as_array().unwrap();
    rows.iter().map(|row| &row["unit"]["id"]).collect()
}

#[tokio::test]
async fn weakest_first_begins_with_the_lowest_share() {
    let world = released().await;
    let query = |order: &str| format!("unit={PROVINCE}&period=2026-Q4&children={order}");
    let (here, there) = (json!(WARD), json!(OTHER_WARD));
    let by_code = figures(&world, &query("code")).await;
    assert_eq!(order(&by_code), [&here, &there]);
    // The other ward was told 40 of 120, this one 128 of 156.
    let weakest = figures(&world, &query("weakest_first")).await;
    assert_eq!(order(&weakest), [&there, &here]);
    // The second one of that order, not of the codes.
    let second = figures(&world, &query("weakest_first&offset=1&limit=1")).await;
    assert_eq!(order(&second), [&here]);
    assert_eq!(second["children"]["total"], 2);
}

#[tokio::test]
async fn children_are_found_by_name_without_marks_and_by_code() {
    let world = released().await;
    for (search, found) in [
        ("sa%20dec", vec![json!(OTHER_WARD)]),
        ("29954", vec![json!(WARD)]),
        ("nowhere", Vec::new()),
    ] {
        let query = format!("unit={PROVINCE}&period=2026-Q4&children=code&q={search}");
        let document = figures(&world, &query).await;
        assert_eq!(order(&document), found.iter().collect::<Vec<_>>(), "{search}");
        assert_eq!(document["children"]["total"], found.len(), "{search}");
    }
}

/// The mean of criteria says that its interval is a bound, and what it covers; a page says so in words.
#[tokio::test]
async fn the_mean_of_criteria_says_that_its_interval_is_a_bound() {
    let world = World::new().await;
    let visitors = [
        (
            "receive_result",
            json!({"access": 5, "procedures": 4, "officials": 5, "result": 5, "punctuality": 2}),
        ),
        (
            "receive_result",
            json!({"access": 2, "procedures": 4, "officials": 2, "result": 3, "punctuality": 4}),
        ),
        (
            "give_feedback",
            json!({"access": 4, "procedures": 3, "officials": 5, "feedback": 4}),
        ),
    ];
    for (purpose, aspects) in &visitors {
        for _ in 0..20 {
            let mut document = world.document();
            document["answered_on"] = json!("2026-10-15");
            document["respondent"]["purpose"] = json!(purpose);
            document["answers"] = json!({"overall": 4, "aspects": aspects});
            if aspects["access"] == 2 {
                document["answers"]["overall"] = json!(3);
            }
            let id = ResponseId::new(date!(2026 - 10 - 15), service::clock::random());
            assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
        }
    }
    world.service.release_all().await.unwrap();
    let document = figures(&world, "unit=29954&period=2026-10").await;
    let read: FiguresDocument = serde_json::from_value(document["cell"]["figures"].clone()).unwrap();
    let whole = &read.nodes[0];
    let (pooled, mean): (&EstimateDocument, &EstimateDocument) = (
        whole.share.as_ref().unwrap(),
        whole.mean_of_criteria.as_ref().unwrap(),
    );
    assert_eq!((pooled.rule.as_str(), mean.rule.as_str()), ("effective", "bound"));
    assert_eq!(mean.covers, "chance_without_self_selection");
    assert_eq!(mean.respondents, 60);
    // Shares 2/3, 2/3, 2/3, 1/2, 1/2 and 1.
    assert!((mean.value - 2.0 / 3.0).abs() < 1e-9, "{}", mean.value);
    assert!(mean.low < mean.value && mean.value < mean.high);
    let page = world.page("/results/29954?period=2026-10").await;
    assert!(page.contains("khoảng tin cậy 95% rộng nhất là"), "{page}");
    let csv = world.page("/results/29954.csv?period=2026-10").await;
    assert!(csv.contains(",bound,chance_without_self_selection,"), "{csv}");
}
