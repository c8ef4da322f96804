//! The demo's two campaigns and their points.

use std::sync::Arc;

use domain::channel::Channel;
use domain::id::{CampaignId, UnitId};
use domain::method::Selection;
use domain::text::Text;
use store::catalogue::{Campaign, Point, PointState, ReleaseRule, VersionId};
use time::{Date, Duration};
use uuid::Uuid;

use super::places::Place;
use crate::Service;
use crate::error::ServiceError;
use crate::setup::NewPoint;

/// Ids are fixed, so that the demo is the same everywhere.
const DESK_CAMPAIGN: Uuid = Uuid::from_u128(0x6e67_6865_6461_4000_8000_0000_0000_0001);
const SURVEY_CAMPAIGN: Uuid = Uuid::from_u128(0x6e67_6865_6461_4000_8000_0000_0000_0002);

impl Service {
    pub(super) async fn demo_desk_campaign(&self, until: Date) -> Result<Arc<Campaign>, ServiceError> {
        let starts_on = until - Duration::days(super::DESK_DAYS);
        let campaign = Campaign {
            id: CampaignId(DESK_CAMPAIGN),
            key: "demo-desk".to_owned(),
            title: Text::new(
                "Đánh giá tại nơi giải quyết thủ tục (mô phỏng)",
                "Rating at the desk (synthetic)",
            ),
            agency: Text::new("Sở Nội vụ", "Department of Home Affairs"),
            hotline: "1022".to_owned(),
            motto: None,
            versions: vec![(starts_on, self.demo_version("desk-rating", "1")?)],
            units: self.demo_country(until)?,
            selection: Selection::Open,
            channels: Vec::new(),
            release: ReleaseRule::Live,
            demo: true,
            starts_on,
            ends_on: None,
            closed_on: None,
        };
        self.put_campaign(&campaign).await?;
        Ok(Arc::new(campaign))
    }

    pub(super) async fn demo_survey_campaign(
        &self,
        until: Date,
        villages: &[Place],
    ) -> Result<Arc<Campaign>, ServiceError> {
        let starts_on = until - Duration::days(super::SURVEY_DAYS);
        let mut sampled: Vec<UnitId> = villages.iter().map(|village| village.unit).collect();
        sampled.dedup();
        let campaign = Campaign {
            id: CampaignId(SURVEY_CAMPAIGN),
            key: "demo-sipas".to_owned(),
            title: Text::new(
                "Đo lường sự hài lòng SIPAS (mô phỏng)",
                "SIPAS satisfaction survey (synthetic)",
            ),
            agency: Text::new("Bộ Nội vụ", "Ministry of Home Affairs"),
            hotline: "1022".to_owned(),
            motto: None,
            versions: vec![(starts_on, self.demo_version("sipas", "2023")?)],
            units: sampled,
            selection: Selection::Probability,
            channels: Vec::new(),
            release: ReleaseRule::Live,
            demo: true,
            starts_on,
            // A demo is kept, and its link is to take answers also after the day on which it was made.
            ends_on: Some(until + Duration::days(365)),
            closed_on: None,
        };
        self.put_campaign(&campaign).await?;
        Ok(Arc::new(campaign))
    }

    /// One point a place. That of a village gives its code to whoever answers there: one person without it would leave the
    /// figures of every unit above without an interval between villages.
    pub(super) async fn demo_points(
        &self,
        campaign: &Campaign,
        places: &[Place],
        channel: Channel,
    ) -> Result<Vec<Point>, ServiceError> {
        let points = places
            .iter()
            .map(|place| NewPoint {
                campaign: campaign.id,
                unit: place.unit,
                channel,
                state: PointState::Active,
                label: String::new(),
                hourly_limit: 120,
                needs_code: false,
                cluster: place.cluster.clone(),
                field: None,
            })
            .collect();
        self.add_points(points).await
    }

    fn demo_version(&self, key: &str, version: &str) -> Result<VersionId, ServiceError> {
        self.version(key, version)
            .map(|stored| stored.id)
            .ok_or(ServiceError::NotFound("questionnaire version"))
    }

    fn demo_country(&self, on: Date) -> Result<Vec<UnitId>, ServiceError> {
        let units = self.units();
        Ok(vec![
            units.country(on).ok_or(ServiceError::NotFound("unit"))?.unit.id,
        ])
    }
}
