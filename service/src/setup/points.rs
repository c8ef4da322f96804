//! Making access points.

use std::collections::{BTreeSet, HashMap};

use domain::channel::Channel;
use domain::code::POINT_LENGTH;
use domain::id::{CampaignId, PointId, UnitId};
use domain::method::Selection;
use domain::slip;
use store::catalogue::{Campaign, Point, PointState};
use validator::{Validate, ValidationError};

use super::{new_code, random_uuid};
use crate::Service;
use crate::coverage::Coverage;
use crate::error::ServiceError;
use crate::shape::{self, LONGEST_LABEL};

/// The longest code of a sampling cluster.
const LONGEST_CLUSTER: u64 = 40;

/// A point to be made; its id and code are drawn.
#[derive(Clone, Debug, Validate)]
pub struct NewPoint {
    pub campaign: CampaignId,
    pub unit: UnitId,
    pub channel: Channel,
    pub state: PointState,
    /// What it is called at its unit, such as "Quầy 3".
    #[validate(length(max = "LONGEST_LABEL"))]
    pub label: String,
    #[validate(range(min = 1, max = "i32::MAX"))]
    pub hourly_limit: i32,
    pub needs_code: bool,
    /// The opaque code of the sampling cluster whose people answer there.
    #[validate(length(min = 1, max = "LONGEST_CLUSTER"), custom(function = "is_opaque"))]
    pub cluster: Option<String>,
    /// The field of the procedure, where it is one for everybody who answers there.
    pub field: Option<String>,
}

impl Service {
    /// Makes points, each with a new code.
    pub async fn add_points(&self, points: Vec<NewPoint>) -> Result<Vec<Point>, ServiceError> {
        let units = self.units();
        let mut made = Vec::with_capacity(points.len());
        for point in points {
            shape::check(&point)?;
            let campaign = self.campaign(point.campaign).await?;
            if units.unit(point.unit).is_none() {
                return Err(ServiceError::NotFound("unit"));
            }
            if !Coverage::of(&units, &campaign, self.tree_day(&campaign)).covers(point.unit) {
                return Err(ServiceError::Invalid(
                    "the unit is outside the campaign".to_owned(),
                ));
            }
            let point = Point {
                id: PointId(random_uuid()),
                code: new_code(POINT_LENGTH)?,
                campaign: point.campaign,
                unit: point.unit,
                channel: point.channel,
                state: point.state,
                label: point.label,
                hourly_limit: point.hourly_limit,
                needs_code: point.needs_code,
                cluster: point.cluster,
                field: point.field,
            };
            self.check_point(&point, &campaign)?;
            made.push(point);
        }
        self.check_clusters(&made).await?;
        self.store().put_points(&made).await?;
        Ok(made)
    }

    /// Changes a point that exists, keeping its code.
    pub async fn put_point(&self, point: &Point) -> Result<(), ServiceError> {
        let campaign = self.campaign(point.campaign).await?;
        self.check_point(point, &campaign)?;
        self.check_clusters(std::slice::from_ref(point)).await?;
        self.store().put_points(std::slice::from_ref(point)).await?;
        self.refresh().await
    }

    /// The points at a unit itself.
    pub async fn points_of(&self, unit: UnitId) -> Result<Vec<Point>, ServiceError> {
        Ok(self.store().points_of(unit).await?)
    }

    /// Whether what a point says goes with its campaign.
    fn check_point(&self, point: &Point, campaign: &Campaign) -> Result<(), ServiceError> {
        self.check_channel(campaign, point.channel, point.needs_code)?;
        if point.cluster.is_some() && campaign.selection != Selection::Probability {
            return Err(ServiceError::Invalid(
                "a sampling cluster belongs to a campaign with the selection `probability`".to_owned(),
            ));
        }
        if let Some(field) = &point.field {
            let mut versions = self.versions_of(campaign).into_iter();
            if !versions.any(|(_, stored)| slip::field_option(&stored.version, field).is_some()) {
                return Err(ServiceError::Invalid(format!(
                    "the questionnaire has no field `{field}`"
                )));
            }
        }
        Ok(())
    }

    /// Whether each sampling cluster stands at one unit and in one class of channels. Tallies are kept by both, so a
    /// village that were in two of them would be squared in two halves and counted as two villages.
    async fn check_clusters(&self, points: &[Point]) -> Result<(), ServiceError> {
        let in_clusters = || points.iter().filter(|point| point.cluster.is_some());
        let campaigns: BTreeSet<CampaignId> = in_clusters().map(|point| point.campaign).collect();
        let given: BTreeSet<PointId> = points.iter().map(|point| point.id).collect();
        for campaign in campaigns {
            let known = self.store().points_in_clusters(campaign).await?;
            let place = |point: &Point| (point.unit, point.channel.class());
            // What is replaced says nothing any more.
            let others = known.iter().filter(|point| !given.contains(&point.id));
            let mut places: HashMap<_, _> = others.map(|point| (&point.cluster, place(point))).collect();
            for point in in_clusters().filter(|point| point.campaign == campaign) {
                if *places.entry(&point.cluster).or_insert(place(point)) != place(point) {
                    return Err(ServiceError::Invalid(format!(
                        "the cluster `{}` has points at another unit, or with channels of another class, and would be \
                         counted as two: keep a village to one unit and one class of channels, or use another code",
                        point.cluster.as_deref().unwrap_or_default()
                    )));
                }
            }
        }
        Ok(())
    }

    /// Whether a desk device may stand at the point: its answers are of the desk's class whatever the point's channel
    /// is, so a village would be counted as two clusters.
    pub(crate) fn check_device(&self, campaign: &Campaign, point: &Point) -> Result<(), ServiceError> {
        self.check_channel(campaign, Channel::DeskDevice, point.needs_code)?;
        if point.cluster.is_some() && point.channel.class() != Channel::DeskDevice.class() {
            return Err(ServiceError::Invalid(format!(
                "the point has a sampling cluster and takes answers by `{}`, and a device would make two clusters of \
                 one: make a point with the channel `desk_device` and another cluster for it",
                point.channel.as_str()
            )));
        }
        Ok(())
    }

    /// Whether answers that come by a channel may enter what the campaign measures.
    pub(crate) fn check_channel(
        &self,
        campaign: &Campaign,
        channel: Channel,
        needs_code: bool,
    ) -> Result<(), ServiceError> {
        if !campaign.channels.is_empty() && !campaign.channels.contains(&channel) {
            let names: Vec<&str> = campaign.channels.iter().map(|channel| channel.as_str()).collect();
            return Err(ServiceError::Invalid(format!(
                "the campaign takes no answers by `{}`; its channels are {}",
                channel.as_str(),
                names.join(", ")
            )));
        }
        if !channel.is_open() || needs_code {
            return Ok(());
        }
        match self
            .methods(campaign)
            .find(|method| !method.accepts(Selection::Open))
        {
            Some(method) => Err(ServiceError::Invalid(format!(
                "by `{}` whoever comes by answers, and the method {} takes no answers of people who chose themselves to \
                 answer: choose another channel, such as `invitation`, `home` or `post`, or ask for a one-time code \
                 (`--needs-code`)",
                channel.as_str(),
                method.id
            ))),
            None => Ok(()),
        }
    }
}

/// Whether a cluster's code has the form of one, so that no name of a place or person gets into it by habit.
fn is_opaque(cluster: &str) -> Result<(), ValidationError> {
    let in_code = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if cluster.bytes().all(in_code) {
        Ok(())
    } else {
        Err(ValidationError::new(
            "letters without accents, digits, `-`, `_` and `.`",
        ))
    }
}
