//! What a campaign may be, and what may be asked in it.

use domain::channel::Channel;
use domain::id::CampaignId;
use domain::questionnaire::Version;
use service::setup::NewPoint;
use store::catalogue::Campaign;
use time::macros::date;
use uuid::Uuid;

use crate::world::{WARD, World, new_point};

/// Another campaign like the one of the world.
fn another(world: &World) -> Campaign {
    Campaign {
        id: CampaignId(Uuid::from_u128(0x2003)),
        key: "another-2026".to_owned(),
        ..Campaign::clone(&world.service.campaign_by_key("desk-2026").unwrap())
    }
}

#[tokio::test]
async fn a_version_that_asks_nothing_is_asked_in_no_campaign() {
    let world = World::new().await;
    let structure = Version::parse(domain::official::SIPAS_2017).unwrap();
    let version = world.service.publish(&structure).await.unwrap();
    let mut campaign = another(&world);
    campaign.versions.push((date!(2026 - 06 - 01), version));
    let refused = world.service.put_campaign(&campaign).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("sipas/2017 asks nothing"), "{said}");
    assert!(world.service.campaign_by_key("another-2026").is_err());
}

#[tokio::test]
async fn a_campaign_that_names_its_channels_takes_answers_by_no_other() {
    let world = World::new().await;
    let campaign = Campaign {
        channels: vec![Channel::PointQr, Channel::Home],
        ..another(&world)
    };
    world.service.put_campaign(&campaign).await.unwrap();
    let by = |channel| NewPoint {
        campaign: campaign.id,
        channel,
        ..new_point(WARD)
    };
    let point = world.add_point(by(Channel::Home)).await;
    let said = world
        .service
        .add_points(vec![by(Channel::Portal)])
        .await
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("`portal`") && said.contains("point_qr, home"),
        "{said}"
    );
    let invited = world.service.invite_device(&point.code, "", None).await;
    let said = invited.unwrap_err().to_string();
    assert!(said.contains("`desk_device`"), "{said}");
    let told = world.get(&format!("/api/v1/points/{}", point.code)).await.json();
    assert_eq!(
        told["campaign"]["channels"],
        serde_json::json!(["point_qr", "home"])
    );
}
