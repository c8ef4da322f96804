//! What jobs and the command line do behind the pages: leases, receipts, reading responses for an export.

use domain::id::CampaignId;
use store::responses::{After, StoredResponse};
use time::Duration;

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
