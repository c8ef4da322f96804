//! What jobs and the command line do behind the pages: nights, receipts, reading responses for an export.

use domain::civil;
use domain::id::CampaignId;
use store::catalogue::Campaign;
use store::responses::{After, StoredResponse};
use time::Date;

use crate::Service;
use crate::error::ServiceError;

/// The fact that names the last night whose release was made.
const NIGHT: &str = "night";

impl Service {
    /// Whether the nightly release of that civil date was made, by this server or another.
    pub async fn is_night_done(&self, night: Date) -> Result<bool, ServiceError> {
        let facts = self.store().facts().await?;
        Ok(facts.get(NIGHT).is_some_and(|last| *last == civil::format(night)))
    }

    /// Notes that it was made. Written at its end, so that one that broke off is made again.
    pub async fn note_night(&self, night: Date) -> Result<(), ServiceError> {
        Ok(self.store().put_fact(NIGHT, &civil::format(night)).await?)
    }

    /// Moves the receipts of the day to their place, apart from the responses and in no order of time.
    pub async fn settle_receipts(&self) -> Result<u64, ServiceError> {
        Ok(self.store().settle_receipts().await?)
    }

    /// Removes what could tell who answered, of responses of a campaign answered before a day: answers, remarks, cases,
    /// clusters, durations and times. Their figures stay, and it cannot be undone. Returns how many responses it
    /// touched.
    pub async fn retain(&self, campaign: &str, before: Date) -> Result<u64, ServiceError> {
        let campaign = self.campaign_by_key(campaign)?;
        if before > self.today() {
            return Err(ServiceError::Invalid(
                "the answers of today and of days to come cannot be removed yet".to_owned(),
            ));
        }
        Ok(self.store().retain(campaign.id, before).await?)
    }

    /// Erases the exact times of a campaign's responses whose days are public, after its release. Returns how many
    /// responses that are.
    pub async fn erase_published_times(&self, campaign: &Campaign) -> Result<u64, ServiceError> {
        match self.published_before(campaign) {
            Some(before) => Ok(self.store().erase_times(campaign.id, before).await?),
            None => Ok(0),
        }
    }

    /// A page of a campaign's responses for the survey owner's export, and where the next one begins.
    pub async fn responses(
        &self,
        campaign: CampaignId,
        after: After,
        limit: i64,
    ) -> Result<(Vec<StoredResponse>, After), ServiceError> {
        Ok(self.store().scan(campaign, after, limit).await?)
    }
}
