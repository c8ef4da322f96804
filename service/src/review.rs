//! Looking at what is not counted, and deciding about it.
//!
//! Whoever runs the survey decides by point, day and reason, never by what somebody answered: no answer is shown, and
//! no single response can be picked. Each decision is noted with its purpose before it is carried out; each response
//! then changes in one transaction with its tallies and its reason. A decision can be taken back by the opposite one.

use domain::id::UnitId;
use domain::status::{Reason, Status};
use store::StoreError;
use store::catalogue::{Campaign, Point};
use store::responses::{Review, Standing};
use time::Date;
use validator::Validate;

use crate::Service;
use crate::desk::last_day;
use crate::error::ServiceError;
use crate::setup::random_uuid;
use crate::shape;

/// How long a purpose may be, in characters.
const LONGEST_PURPOSE: u64 = 500;

/// How many responses of a point and day stand alike.
#[derive(Clone, Debug)]
pub struct Group {
    /// The code of the point; empty when it is no longer known.
    pub point: String,
    pub label: String,
    pub unit: Option<UnitId>,
    pub answered_on: Date,
    pub status: Status,
    pub reason: Option<Reason>,
    pub number: i64,
}

/// Which responses are decided about.
#[derive(Clone, Debug)]
pub struct Which {
    /// The code of the point.
    pub point: String,
    pub answered_on: Date,
    pub status: Status,
    pub reason: Option<Reason>,
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are what people answered, and enter the tallies.
    Count,
    /// They are not, for a reason that is kept.
    Exclude(Reason),
}

/// What became of the responses of a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub changed: u64,
    /// They stood otherwise by the time the decision came to them: somebody else had decided about them, or retention
    /// had removed their answers. They stay as they are.
    pub moved: u64,
}

/// A decision that was taken, with the code of its point.
#[derive(Clone, Debug)]
pub struct Decision {
    pub point: String,
    pub review: Review,
}

/// Why something is decided.
#[derive(Validate)]
struct Said<'a> {
    #[validate(length(min = 1, max = "LONGEST_PURPOSE"))]
    reason: &'a str,
}

impl Service {
    /// The numbers of a campaign's responses that are not counted, by point, day, status and reason.
    pub async fn uncounted(&self, campaign: &str) -> Result<Vec<Group>, ServiceError> {
        let campaign = self.campaign_by_key(campaign)?;
        let mut groups: Vec<Group> = Vec::new();
        let mut known: Option<Point> = None;
        // They come in the order of their points, so each is looked up once.
        for (of, number) in self.store().standings(campaign.id).await? {
            if known.as_ref().is_none_or(|point| point.id != of.point) {
                known = self.store().point(of.point).await?;
            }
            let point = known.as_ref();
            groups.push(Group {
                point: point.map(|point| point.code.clone()).unwrap_or_default(),
                label: point.map(|point| point.label.clone()).unwrap_or_default(),
                unit: point.map(|point| point.unit),
                answered_on: of.answered_on,
                status: of.status,
                reason: of.reason,
                number,
            });
        }
        groups.sort_by(|a, b| (&a.point, a.answered_on).cmp(&(&b.point, b.answered_on)));
        Ok(groups)
    }

    /// Decides about the responses of one standing. One that no longer stands so when its turn comes is left alone.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Invalid`] when there are none, when the verdict does not go with them, or without a purpose.
    pub async fn review(
        &self,
        campaign: &str,
        which: &Which,
        verdict: Verdict,
        purpose: &str,
    ) -> Result<Outcome, ServiceError> {
        let purpose = self::purpose(purpose)?;
        let campaign = self.campaign_by_key(campaign)?;
        let (new_status, new_reason) = self.judge(&campaign, which, verdict)?;
        let point = self.desk(&which.point).await?.point;
        let of = Standing {
            point: point.id,
            answered_on: which.answered_on,
            status: which.status,
            reason: which.reason,
        };
        let responses = self.store().of_standing(campaign.id, of).await?;
        if responses.is_empty() {
            return Err(invalid(format!(
                "there are no such responses at {} on {}, or retention has removed their answers; \
                 `nghe-dan campaign held {}` lists what there is",
                point.code,
                domain::civil::format(which.answered_on),
                campaign.key
            )));
        }
        let decided_at = self.now();
        let review = Review {
            id: random_uuid(),
            campaign: campaign.id,
            of,
            new_status,
            new_reason,
            responses: i64::try_from(responses.len()).unwrap_or(i64::MAX),
            purpose: purpose.to_owned(),
            decided_at,
        };
        self.store().put_review(&review).await?;
        let (former, new) = ((of.status, of.reason), (new_status, new_reason));
        let mut outcome = Outcome::default();
        for response in responses {
            let set = self.store().set_status(response, former, new, decided_at);
            match set.await {
                Ok(true) => outcome.changed += 1,
                Ok(false) | Err(StoreError::Sealed) => outcome.moved += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let Outcome { changed, moved } = outcome;
        tracing::info!(
            campaign = campaign.key,
            status = new_status.as_str(),
            changed,
            moved,
            "decided about {changed} responses: {}",
            new_status.as_str()
        );
        Ok(outcome)
    }

    /// The status and reason that a verdict gives, where it goes with what it is about.
    fn judge(
        &self,
        campaign: &Campaign,
        which: &Which,
        verdict: Verdict,
    ) -> Result<(Status, Option<Reason>), ServiceError> {
        match (which.status, verdict) {
            (Status::Trial, _) => Err(invalid("what was given in trial never counts".to_owned())),
            (Status::Late, _) => Err(invalid(
                "what arrived after the campaign was closed stays behind the cut".to_owned(),
            )),
            (Status::Held | Status::Excluded, Verdict::Count) => {
                let ends = last_day(campaign).unwrap_or(Date::MAX).min(self.today());
                if !(campaign.starts_on..=ends).contains(&which.answered_on) {
                    return Err(invalid(
                        "a day outside the campaign cannot be true, so what is dated on it cannot count"
                            .to_owned(),
                    ));
                }
                Ok((Status::Counted, None))
            }
            (Status::Counted | Status::Held, Verdict::Exclude(reason)) => {
                Ok((Status::Excluded, Some(reason)))
            }
            (Status::Counted, Verdict::Count) | (Status::Excluded, Verdict::Exclude(_)) => {
                Err(invalid(format!("they are {} already", which.status.as_str())))
            }
        }
    }

    /// The decisions of a campaign, the first first.
    pub async fn reviews(&self, campaign: &str) -> Result<Vec<Decision>, ServiceError> {
        let campaign = self.campaign_by_key(campaign)?;
        let mut decisions = Vec::new();
        for review in self.store().reviews(campaign.id).await? {
            let point = self.store().point(review.of.point).await?;
            decisions.push(Decision {
                point: point.map(|point| point.code).unwrap_or_default(),
                review,
            });
        }
        Ok(decisions)
    }
}

/// A purpose as it is kept.
///
/// # Errors
///
/// [`ServiceError::Fields`] when it is empty or too long.
pub fn purpose(said: &str) -> Result<&str, ServiceError> {
    let reason = said.trim();
    shape::check(&Said { reason })?;
    Ok(reason)
}

fn invalid(why: String) -> ServiceError {
    ServiceError::Invalid(why)
}
