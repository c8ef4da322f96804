//! What is asked at a point.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::code::{Code, POINT_LENGTH};
use domain::id::UnitId;
use store::catalogue::{Campaign, Point, StoredVersion, VersionId};
use time::Date;

use crate::Service;
use crate::error::ServiceError;

/// A point with all that its page or device needs.
#[derive(Clone, Debug)]
pub struct Desk {
    pub point: Point,
    pub campaign: Arc<Campaign>,
    /// The version asked today.
    pub version: StoredVersion,
    /// Versions to come, each with its first day, so that a device can have them ahead of time.
    pub upcoming: Vec<(Date, StoredVersion)>,
    /// The unit and everything above it on that day, the unit first.
    pub path: Vec<UnitId>,
    /// Nothing answered today would count: the campaign is over.
    pub closed: bool,
}

impl Service {
    /// What to ask at the point of a typed or linked code.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Mistyped`] when it is no code, [`ServiceError::NotFound`] when no point has it.
    pub async fn desk(&self, typed: &str) -> Result<Desk, ServiceError> {
        let code = Code::parse(typed, POINT_LENGTH).map_err(|_| ServiceError::Mistyped)?;
        let point = self
            .store()
            .point_by_code(code.as_str())
            .await?
            .ok_or(ServiceError::NotFound("point"))?;
        let today = self.today();
        let campaign = self.campaign(point.campaign).await?;
        let version = self
            .version_on(&campaign, today)
            .ok_or(ServiceError::NotFound("questionnaire version"))?;
        let upcoming = campaign
            .versions
            .iter()
            .filter(|(from, _)| *from > today)
            .filter_map(|(from, id)| self.version_by_id(*id).map(|version| (*from, version)))
            .collect();
        let mut path = vec![point.unit];
        path.extend(
            self.units()
                .ancestors_on(point.unit, today)
                .map(|above| above.unit.id),
        );
        let closed = last_day(&campaign).is_some_and(|last| today > last);
        Ok(Desk {
            point,
            campaign,
            version,
            upcoming,
            path,
            closed,
        })
    }

    /// The version that a campaign asks on a date: the last one that began by then, else its first.
    pub(crate) fn version_on(&self, campaign: &Campaign, date: Date) -> Option<StoredVersion> {
        let begun = campaign
            .versions
            .iter()
            .filter(|(from, _)| *from <= date)
            .max_by_key(|(from, _)| *from);
        let id = begun.map(|(_, id)| *id).or_else(|| first_version(campaign))?;
        self.version_by_id(id)
    }

    /// The versions that a campaign asks, each with the first day on which it does, in that order.
    pub(crate) fn versions_of(&self, campaign: &Campaign) -> Vec<(Date, StoredVersion)> {
        let known = first_days(campaign).into_iter();
        known
            .filter_map(|(from, id)| Some((from, self.version_by_id(id)?)))
            .collect()
    }
}

/// The version that a campaign starts with.
fn first_version(campaign: &Campaign) -> Option<VersionId> {
    first_days(campaign).first().map(|(_, version)| *version)
}

/// Each version of a campaign once, with the first day on which it is asked, in that order. The first is asked from
/// the beginning.
fn first_days(campaign: &Campaign) -> Vec<(Date, VersionId)> {
    let mut days = campaign.versions.clone();
    days.sort_by_key(|(from, _)| *from);
    let mut seen = BTreeSet::new();
    days.retain(|(_, version)| seen.insert(*version));
    if let Some((from, _)) = days.first_mut() {
        *from = campaign.starts_on;
    }
    days
}

/// The last day on which an answer counts, once it is known.
pub(crate) fn last_day(campaign: &Campaign) -> Option<Date> {
    match (campaign.ends_on, campaign.closed_on) {
        (Some(end), Some(closed)) => Some(end.min(closed)),
        (end, closed) => end.or(closed),
    }
}
