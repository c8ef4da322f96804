//! What jobs and the command line do behind the pages: leases, receipts, reading responses for an export.

use domain::id::CampaignId;
use store::catalogue::Campaign;
use store::responses::{After, StoredResponse};
use time::{Date, Duration};

use crate::Service;
use crate::error::ServiceError;

impl Service {
    /// Takes or renews a job's lease; false while another server holds it.
    pub async fn lease(&self, job: &str, owner: &str, term: Duration) -> Result<bool, ServiceError> {
        let now = self.inner.clock.now();
        Ok(self.store().lease(job, owner, now, now + term).await?)
    }

    /// Gives a lease back, so that another server need not wait for its end.
    pub async fn end_lease(&self, job: &str, owner: &str) -> Result<(), ServiceError> {
        Ok(self.store().release_lease(job, owner).await?)
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
