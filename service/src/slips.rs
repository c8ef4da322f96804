//! Slips: one-time codes of dossiers, so that one dossier rates once.
//!
//! The code follows from the number of the dossier under a key that is not in the database, so a dossier has one slip however
//! often it is issued. The number itself is not kept. Who handles the dossier and its field lie beside the unused code,
//! and go with it when it is used (ADR 7).

use domain::canonical::{self, Hash};
use domain::code::{Code, ONE_TIME_LENGTH};
use domain::id::{CampaignId, UnitId};
use domain::slip;
use store::slips::{CodeState, Issued, Issuer, Slip};
use time::{Date, Duration};

use crate::Service;
use crate::clock::random;
use crate::error::ServiceError;

/// For how many days a slip is good unless the issuer says otherwise.
pub const VALID_DAYS: u16 = 60;
/// The longest that an issuer may say.
pub const MOST_VALID_DAYS: u16 = 366;
/// How many slips one request may ask for.
pub const MOST_SLIPS: usize = 1000;
/// How long the number of a dossier may be; the official form has about thirty characters.
const LONGEST_NUMBER: usize = 64;
/// For how many days after its last one an unused slip is kept, for answers that lay on a device.
const KEPT_DAYS: i64 = 30;

/// A dossier for which a slip is asked.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub number: String,
    /// The unit that decides it, where it is not the one of the point.
    pub handled_by: Option<UnitId>,
    /// An option of the question `field`.
    pub field: Option<String>,
}

/// A slip that was issued.
#[derive(Clone, Debug)]
pub struct IssuedSlip {
    pub code: Code,
    pub expires_on: Date,
    pub issued: Issued,
}

/// Where the code of a slip stands for the one who brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Good(Slip),
    Used,
    /// Its last day was this.
    Expired(Date),
    /// It was not issued in this campaign.
    Unknown,
}

impl Service {
    /// Issues the slips of dossiers, all or none, in their order.
    pub async fn issue_slips(
        &self,
        campaign: CampaignId,
        dossiers: &[Dossier],
        valid_days: u16,
    ) -> Result<Vec<IssuedSlip>, ServiceError> {
        let campaign = self.campaign(campaign).await?;
        if !(1..=MOST_VALID_DAYS).contains(&valid_days) {
            return Err(invalid(format!("a slip is good for 1 to {MOST_VALID_DAYS} days")));
        }
        if dossiers.len() > MOST_SLIPS {
            return Err(invalid(format!("at most {MOST_SLIPS} slips are issued at once")));
        }
        let today = self.today();
        let version = self
            .version_on(&campaign, today)
            .ok_or(ServiceError::NotFound("questionnaire version"))?;
        let expires_on = today + Duration::days(i64::from(valid_days));
        let mut codes = Vec::with_capacity(dossiers.len());
        let mut slips = Vec::with_capacity(dossiers.len());
        for dossier in dossiers {
            let code = self.slip_code(campaign.id, &dossier.number)?;
            if let Some(field) = &dossier.field
                && slip::field_option(&version.version, field).is_none()
            {
                return Err(invalid(format!("the questionnaire has no field `{field}`")));
            }
            let slip = Slip {
                handled_by: dossier.handled_by,
                field: dossier.field.clone(),
                expires_on: Some(expires_on),
            };
            slips.push((self.code_hash(code.as_str()), slip));
            codes.push(code);
        }
        let issued = self.store().issue_slips(campaign.id, &slips).await?;
        if !self.takes_slips(campaign.id) {
            self.refresh().await?;
        }
        let made = codes.into_iter().zip(issued).map(|(code, issued)| IssuedSlip {
            code,
            expires_on,
            issued,
        });
        Ok(made.collect())
    }

    /// The one slip of a dossier in a campaign.
    fn slip_code(&self, campaign: CampaignId, number: &str) -> Result<Code, ServiceError> {
        let number = number.trim().to_uppercase();
        if number.is_empty() || number.chars().count() > LONGEST_NUMBER {
            return Err(invalid(format!(
                "the number of a dossier has 1 to {LONGEST_NUMBER} characters"
            )));
        }
        // Its own purpose, so that no code that is typed can ever have the same bytes.
        let keyed = self.code_hash(&format!("slip\n{campaign}\n{number}"));
        Code::from_random(ONE_TIME_LENGTH, &keyed).ok_or_else(|| invalid("no code of that length".to_owned()))
    }

    /// The unit that a dossier names as the one that decides it: by id, or by the code that it has today.
    pub fn handler(&self, text: &str) -> Result<UnitId, ServiceError> {
        let units = self.units();
        let by_id = text
            .parse()
            .ok()
            .and_then(|id| units.unit(id))
            .map(|unit| unit.id);
        let found = by_id.or_else(|| units.by_code(text, self.today()).map(|known| known.unit.id));
        found.ok_or_else(|| invalid(format!("there is no unit `{text}`")))
    }

    /// Where a code stands today.
    pub async fn slip(&self, campaign: CampaignId, code: &Code) -> Result<Standing, ServiceError> {
        self.slip_on(campaign, code.as_str(), self.today()).await
    }

    /// Where a code stood on the day of an answer.
    pub(crate) async fn slip_on(
        &self,
        campaign: CampaignId,
        code: &str,
        on: Date,
    ) -> Result<Standing, ServiceError> {
        let hash = self.code_hash(code);
        Ok(match self.store().code_state(campaign, &hash).await? {
            CodeState::Open(slip) => match slip.expires_on.filter(|last| on > *last) {
                Some(last) => Standing::Expired(last),
                None => Standing::Good(slip),
            },
            CodeState::Used => Standing::Used,
            CodeState::Unknown => Standing::Unknown,
        })
    }

    /// Whether slips were issued in a campaign, so that its pages ask for one.
    pub fn takes_slips(&self, campaign: CampaignId) -> bool {
        self.inner.cache.takes_slips(campaign)
    }

    /// Forgets what expired slips knew.
    pub async fn drop_expired_slips(&self) -> Result<u64, ServiceError> {
        let before = self.today() - Duration::days(KEPT_DAYS);
        Ok(self.store().drop_expired_slips(before).await?)
    }

    /// Lets a system issue slips in a campaign. Its token cannot be read again.
    pub async fn add_issuer(&self, campaign: &str, label: &str) -> Result<String, ServiceError> {
        let token = canonical::hex(&random::<32>());
        let issuer = Issuer {
            token_hash: canonical::sha256(token.as_bytes()),
            campaign: self.campaign_by_key(campaign)?.id,
            label: label.to_owned(),
            revoked_on: None,
        };
        self.store().put_issuer(&issuer).await?;
        Ok(token)
    }

    /// Every system that may or might issue slips.
    pub async fn issuers(&self) -> Result<Vec<Issuer>, ServiceError> {
        Ok(self.store().issuers().await?)
    }

    /// The system of a token, unless it was revoked.
    pub async fn issuer_of(&self, token: &str) -> Result<Option<Issuer>, ServiceError> {
        let hash: Hash = canonical::sha256(token.as_bytes());
        let issuer = self.store().issuer_by_token(&hash).await?;
        Ok(issuer.filter(|issuer| issuer.revoked_on.is_none()))
    }

    /// Lets a system issue no more slips; what it issued stays good.
    pub async fn revoke_issuer(&self, issuer: &Issuer) -> Result<(), ServiceError> {
        let revoked = Issuer {
            revoked_on: Some(self.today()),
            ..issuer.clone()
        };
        Ok(self.store().put_issuer(&revoked).await?)
    }
}

fn invalid(why: String) -> ServiceError {
    ServiceError::Invalid(why)
}
