//! A campaign with a drawn sample: clusters and cases, and what the point knows so that nobody is asked.

use axum::http::StatusCode;
use domain::answer::Answers;
use domain::channel::Channel;
use domain::id::CampaignId;
use domain::method::Selection;
use serde_json::{Value, json};
use service::error::ServiceError;
use service::setup::NewPoint;
use store::catalogue::{Campaign, Point};
use time::Duration;
use time::macros::date;
use uuid::Uuid;

use crate::world::{OTHER_WARD, WARD, World, new_id, new_point};

const SAMPLE: CampaignId = CampaignId(Uuid::from_u128(0x2002));

/// A point of a village that was drawn, in a campaign of its own.
async fn village(world: &World) -> Point {
    let campaign = Campaign {
        id: SAMPLE,
        key: "sample-2026".to_owned(),
        selection: Selection::Probability,
        ..Campaign::clone(&world.service.campaign_by_key("desk-2026").unwrap())
    };
    world.service.put_campaign(&campaign).await.unwrap();
    let point = NewPoint {
        campaign: SAMPLE,
        cluster: Some("29954-A3".to_owned()),
        ..new_point(WARD)
    };
    world.add_point(point).await
}

fn document_at(world: &World, point: &Point) -> Value {
    let mut document = world.document_at(point);
    document["campaign"] = json!(point.campaign);
    document
}

#[tokio::test]
async fn the_cluster_of_a_point_goes_with_its_responses_and_is_never_shown() {
    let world = World::new().await;
    let point = village(&world).await;
    let mut document = document_at(&world, &point);
    document["case"] = json!("H-17");
    let id = new_id();
    assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    let stored = world.stored(id).await;
    assert_eq!(
        (stored.cluster.as_deref(), stored.case.as_deref()),
        (Some("29954-A3"), Some("H-17"))
    );
    let told = world.get(&format!("/api/v1/points/{}", point.code)).await.json();
    assert!(!told.to_string().contains("A3"), "{told}");
    let page = world.page(&format!("/s/{}", point.code)).await;
    assert!(!page.contains("29954-A3"));
    let elsewhere = new_id();
    assert_eq!(
        world.put(elsewhere, &world.document()).await.status,
        StatusCode::CREATED
    );
    let stored = world.stored(elsewhere).await;
    assert_eq!(stored.cluster, None, "a desk is no village");
}

/// What the intervals of a sample in two villages cover, where so many people of no village answered as well.
async fn covered(outsiders: usize) -> Value {
    let world = World::new().await;
    let village_a = village(&world).await;
    let of = async |cluster: Option<&str>| {
        let point = NewPoint {
            campaign: SAMPLE,
            cluster: cluster.map(str::to_owned),
            ..new_point(WARD)
        };
        world.add_point(point).await
    };
    let points = [village_a, of(Some("29954-B1")).await];
    let outside = of(None).await;
    for number in 0..40 {
        let mut document = document_at(&world, &points[number % 2]);
        document["answers"]["overall"] = json!(1 + number % 5);
        assert_eq!(world.put(new_id(), &document).await.status, StatusCode::CREATED);
    }
    for _ in 0..outsiders {
        let document = document_at(&world, &outside);
        assert_eq!(world.put(new_id(), &document).await.status, StatusCode::CREATED);
    }
    let mut campaign = Campaign::clone(&world.service.campaign_by_key("sample-2026").unwrap());
    campaign.ends_on = Some(date!(2026 - 11 - 22));
    world.service.put_campaign(&campaign).await.unwrap();
    world.clock.advance(Duration::days(10));
    world.service.release_all().await.unwrap();
    let path = format!("/api/v1/indicators?unit={WARD}&campaign=sample-2026");
    let cell = world.get(&path).await.json()["cell"].clone();
    cell["figures"]["nodes"][0]["share"]["covers"].clone()
}

#[tokio::test]
async fn the_figures_of_a_sample_say_that_villages_were_drawn() {
    assert_eq!(covered(0).await, json!("sampling_of_clusters"));
    // Five people of no village: the villages say nothing about everybody any more.
    assert_eq!(covered(5).await, json!("sampling_of_persons"));
}

#[tokio::test]
async fn a_case_is_of_those_who_were_drawn_or_invited() {
    let world = World::new().await;
    let mut document = world.document();
    document["case"] = json!("Bà Năm, ấp 3");
    let reply = world.put(new_id(), &document).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = &reply.json()["errors"][0];
    assert_eq!(
        (&error["path"], &error["code"]),
        (&json!("/case"), &json!("no_cases"))
    );
}

#[tokio::test]
async fn a_field_that_the_point_knows_is_answered_for_everybody() {
    let world = World::new().await;
    let point = world
        .add_point(NewPoint {
            field: Some("land".to_owned()),
            ..new_point(WARD)
        })
        .await;
    let told = world.get(&format!("/api/v1/points/{}", point.code)).await.json();
    assert_eq!(told["field"], "land");
    let device = world.device(&point).await;
    let mut other = world.document_at(&point);
    other["respondent"]["field"] = json!("business");
    let version = world.service.version("desk-rating", "1").unwrap().version;
    for (token, document) in [(None, world.document_at(&point)), (Some(&device), other)] {
        let id = new_id();
        let reply = match token {
            Some(token) => world.put_as(token, id, &document).await,
            None => world.put(id, &document).await,
        };
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.json());
        let stored = world.stored(id).await;
        let answers = Answers::unpack(&version, &stored.answers.unwrap()).unwrap();
        assert_eq!(answers.to_json(&version).0["field"], "land");
        // The digest is over what was sent.
        assert_eq!(world.put(id, &document).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_point_says_only_what_goes_with_its_campaign() {
    let world = World::new().await;
    let refused = async |point: NewPoint| match world.service.add_points(vec![point]).await {
        Err(ServiceError::Fields(fields)) => format!("{fields:?}"),
        Err(other) => other.to_string(),
        Ok(_) => panic!("it is taken"),
    };
    let cluster = |code: &str| NewPoint {
        cluster: Some(code.to_owned()),
        ..new_point(WARD)
    };
    assert!(refused(cluster("29954-A3")).await.contains("`probability`"));
    village(&world).await;
    let drawn = |code: &str| NewPoint {
        campaign: SAMPLE,
        ..cluster(code)
    };
    let long = "A".repeat(41);
    for (code, wrong) in [
        ("", "Missing"),
        ("Ấp 3", "letters without accents"),
        ("A 3", "letters without accents"),
        (long.as_str(), "TooLong { max: 40 }"),
    ] {
        let said = refused(drawn(code)).await;
        assert!(
            said.contains("/cluster") && said.contains(wrong),
            "{code}: {said}"
        );
    }
    // Counted by unit and by class of channels, a village in two of them would be two villages.
    for astray in [
        NewPoint {
            unit: OTHER_WARD,
            ..drawn("29954-A3")
        },
        NewPoint {
            channel: Channel::Home,
            ..drawn("29954-A3")
        },
    ] {
        let said = refused(astray).await;
        assert!(
            said.contains("`29954-A3`") && said.contains("counted as two"),
            "{said}"
        );
    }
    let by_portal = NewPoint {
        channel: Channel::Portal,
        ..drawn("29954-A3")
    };
    let point = world.add_point(by_portal).await;
    let twice = vec![
        drawn("29954-C1"),
        NewPoint {
            unit: OTHER_WARD,
            ..drawn("29954-C1")
        },
    ];
    let said = world.service.add_points(twice).await.unwrap_err().to_string();
    assert!(said.contains("`29954-C1`"), "{said}");
    let invited = world.service.invite_device(&point.code, "", None).await;
    let said = invited.unwrap_err().to_string();
    assert!(said.contains("two clusters of one"), "{said}");
    let field = NewPoint {
        field: Some("astronomy".to_owned()),
        ..new_point(WARD)
    };
    assert!(refused(field).await.contains("no field `astronomy`"));
}
