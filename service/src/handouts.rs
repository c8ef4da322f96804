//! Single responses that leave: never without a purpose, which is kept before the first of them does (METHOD 7.2).

use domain::id::CampaignId;
use store::responses::{Handout, Way};

use crate::Service;
use crate::error::ServiceError;
use crate::review::purpose;
use crate::setup::random_uuid;

impl Service {
    /// Notes that so many responses of a campaign leave, and why.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Fields`] without a purpose.
    pub async fn note_handout(
        &self,
        campaign: CampaignId,
        way: Way,
        responses: usize,
        why: &str,
    ) -> Result<(), ServiceError> {
        let handout = Handout {
            id: random_uuid(),
            campaign,
            way,
            responses: i64::try_from(responses).unwrap_or(i64::MAX),
            purpose: purpose(why)?.to_owned(),
            handed_at: self.now(),
        };
        Ok(self.store().put_handout(&handout).await?)
    }

    /// When and why single responses of a campaign left, the first first.
    pub async fn handouts(&self, campaign: &str) -> Result<Vec<Handout>, ServiceError> {
        let campaign = self.campaign_by_key(campaign)?;
        Ok(self.store().handouts(campaign.id).await?)
    }

    /// The campaign that asks at a point; none where the point is not known.
    pub async fn campaign_at(&self, point: &str) -> Result<Option<CampaignId>, ServiceError> {
        let point = self.store().point_by_code(point).await?;
        Ok(point.map(|point| point.campaign))
    }
}
