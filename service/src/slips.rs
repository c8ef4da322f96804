//! Slips: one-time codes of dossiers, so that one dossier rates once.
//!
//! The code follows from the number of the dossier under a key that is not in the database, so a dossier has one slip however
//! often it is issued. The number itself is not kept. Who handles the dossier and its field lie beside the unused code,
//! and go with it when it is used (ADR 7).

use domain::canonical::{self, Hash};
use domain::code::{Code, ONE_TIME_LENGTH};
use domain::id::{CampaignId, UnitId};
use domain::response::{FieldError, FieldErrorCode};
use domain::slip;
use serde::Serialize;
use store::slips::{CodeState, Issued, Issuer, Slip};
use time::{Date, Duration};
use validator::Validate;

use crate::Service;
use crate::clock::random;
use crate::error::ServiceError;
use crate::shape::{self, LONGEST_LABEL, is_written};

/// For how many days a slip is good unless the issuer says otherwise.
pub const VALID_DAYS: u16 = 60;
/// The longest that an issuer may say.
pub const MOST_VALID_DAYS: u16 = 366;
/// How many slips one request may ask for.
pub const MOST_SLIPS: usize = 1000;
const MOST_DOSSIERS: u64 = MOST_SLIPS as u64;
/// How long the number of a dossier may be; the official form has about thirty characters.
const LONGEST_NUMBER: u64 = 64;
/// For how many days after its last one an unused slip is kept, for answers that lay on a device.
const KEPT_DAYS: i64 = 30;

/// Slips that are asked for.
#[derive(Clone, Debug, Serialize, Validate)]
pub struct Order {
    #[validate(length(max = "MOST_DOSSIERS"), nested)]
    pub dossiers: Vec<Dossier>,
    #[validate(range(min = 1, max = "MOST_VALID_DAYS"))]
    pub valid_days: u16,
}

/// A dossier for which a slip is asked.
#[derive(Clone, Debug, Serialize, Validate)]
pub struct Dossier {
    #[validate(length(max = "LONGEST_NUMBER"), custom(function = "is_written"))]
    pub number: String,
    /// The unit that decides it, by id or the code that it has today, where it is not the one of the point.
    #[validate(length(max = "LONGEST_NUMBER"))]
    pub handled_by: Option<String>,
    /// An option of the question `field`.
    #[validate(length(max = "LONGEST_NUMBER"))]
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

/// What a system is called.
#[derive(Validate)]
struct Named<'a> {
    #[validate(length(max = "LONGEST_LABEL"))]
    label: &'a str,
}

impl Service {
    /// Whether all slips of an order can be issued.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Fields`] with every field that is wrong.
    pub async fn check_slips(&self, campaign: CampaignId, order: &Order) -> Result<(), ServiceError> {
        shape::check(order)?;
        let campaign = self.campaign(campaign).await?;
        let version = self
            .version_on(&campaign, self.today())
            .ok_or(ServiceError::NotFound("questionnaire version"))?;
        let mut wrong = Vec::new();
        for (index, dossier) in order.dossiers.iter().enumerate() {
            let mut note = |field: &str, code| {
                wrong.push(FieldError::new(format!("/dossiers/{index}/{field}"), code));
            };
            let is_unit = |unit: &String| self.handler(unit).is_some();
            if !dossier.handled_by.as_ref().is_none_or(is_unit) {
                note("handled_by", FieldErrorCode::NotFound);
            }
            let is_option = |field: &String| slip::field_option(&version.version, field).is_some();
            if !dossier.field.as_ref().is_none_or(is_option) {
                note("field", FieldErrorCode::NotAnOption);
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(ServiceError::Fields(wrong))
        }
    }

    /// Issues the slips of dossiers, all or none, in their order.
    pub async fn issue_slips(
        &self,
        campaign: CampaignId,
        order: &Order,
    ) -> Result<Vec<IssuedSlip>, ServiceError> {
        self.check_slips(campaign, order).await?;
        let expires_on = self.today() + Duration::days(i64::from(order.valid_days));
        let mut codes = Vec::with_capacity(order.dossiers.len());
        let mut slips = Vec::with_capacity(order.dossiers.len());
        for dossier in &order.dossiers {
            let code = self.slip_code(campaign, &dossier.number)?;
            let slip = Slip {
                handled_by: dossier.handled_by.as_deref().and_then(|unit| self.handler(unit)),
                field: dossier.field.clone(),
                expires_on: Some(expires_on),
            };
            slips.push((self.code_hash(code.as_str()), slip));
            codes.push(code);
        }
        let issued = self.store().issue_slips(campaign, &slips).await?;
        if !self.takes_slips(campaign) {
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
        // Its own purpose, so that no code that is typed can ever have the same bytes.
        let keyed = self.code_hash(&format!("slip\n{campaign}\n{number}"));
        let code = Code::from_random(ONE_TIME_LENGTH, &keyed);
        code.ok_or_else(|| ServiceError::Invalid("no code of that length".to_owned()))
    }

    /// The unit that a dossier names as the one that decides it: by id, or by the code that it has today.
    fn handler(&self, text: &str) -> Option<UnitId> {
        let units = self.units();
        let by_id = text
            .parse()
            .ok()
            .and_then(|id| units.unit(id))
            .map(|unit| unit.id);
        by_id.or_else(|| units.by_code(text, self.today()).map(|known| known.unit.id))
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
        shape::check(&Named { label })?;
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
