//! One response: the document that a client sends, its check, and its digest.

mod document;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use time::Date;

use crate::answer::Answers;
use crate::canonical::{self, Hash, Object};
use crate::channel::Mode;
use crate::civil;
use crate::id::{CampaignId, UnitId};
use crate::questionnaire::{Version, VersionRef};
use crate::text::Language;

pub use document::{Document, Known};

/// The number of the digest's form; see `docs/digest.md`.
const DIGEST_FORM: u8 = 1;

/// What a client says about a response beside the answers. Its fields are checked; whether the point,
/// campaign and units exist is the server's to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The point's code, normalised.
    pub point: String,
    pub questionnaire: VersionRef,
    pub campaign: CampaignId,
    /// 128 random bits under the digest, so that 200 and 409 cannot be used to test guesses. Not stored.
    pub nonce: [u8; 16],
    pub language: Language,
    pub mode: Mode,
    /// The civil date on which the person answered.
    pub answered_on: Date,
    pub duration_s: u32,
    /// The device's clock when it sent this, in Unix seconds. Outside the digest.
    pub sent_at: Option<i64>,
    pub handled_by: Option<UnitId>,
    /// The case of a sample or of a census; campaigns that ask whoever comes have none.
    pub case: Option<String>,
    /// A one-time code as typed, normalised. Outside the digest and never stored beside the response.
    pub code: Option<String>,
    /// 32 random bytes for a later proof of inclusion. Outside the digest, stored hashed and apart.
    pub receipt: Option<[u8; 32]>,
}

/// The SHA-256 by which a repeat is told from other content under the same id (METHOD 7.4).
///
/// It covers point, campaign, version, civil date, duration, mode, `handled_by`, case, respondent, answers
/// and nonce in canonical JSON; never `code`, `receipt`, `sent_at` or the language, which may differ when a
/// queued response is sent again.
pub fn digest(envelope: &Envelope, version: &Version, answers: &Answers) -> Hash {
    // The keys come in their canonical order.
    let mut text = String::with_capacity(2048);
    let mut covered = Object::begin(&mut text);
    covered.text("answered_on", &civil::format(envelope.answered_on));
    answers.write_canonical(covered.key("answers"), version, false);
    covered.text("campaign", &envelope.campaign.to_string());
    if let Some(case) = &envelope.case {
        covered.text("case", case);
    }
    canonical::write_integer(covered.key("duration_s"), envelope.duration_s.into());
    canonical::write_integer(covered.key("form"), DIGEST_FORM.into());
    if let Some(unit) = envelope.handled_by {
        covered.text("handled_by", &unit.to_string());
    }
    covered.text("mode", envelope.mode.as_str());
    covered.text("nonce", &canonical::hex(&envelope.nonce));
    covered.text("point", &envelope.point);
    let mut named = Object::begin(covered.key("questionnaire"));
    named.text("hash", &envelope.questionnaire.hash);
    named.text("key", &envelope.questionnaire.key);
    named.text("version", &envelope.questionnaire.version);
    named.end();
    answers.write_canonical(covered.key("respondent"), version, true);
    covered.end();
    canonical::sha256(text.as_bytes())
}

/// A field that is wrong, by its JSON pointer, with a stable code and its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    pub path: String,
    #[serde(flatten)]
    pub code: FieldErrorCode,
}

/// What can be wrong with a field. Clients and translations go by the serialised `code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum FieldErrorCode {
    /// The document has no such field.
    UnknownField,
    /// The field must be there.
    Missing,
    /// The field must be of this type.
    Expected { what: &'static str },
    /// An answer is asked for.
    Required,
    /// A condition kept the question from being asked.
    NotAsked,
    /// The choice has no such option.
    NotAnOption,
    /// The number lies outside these bounds, both included.
    OutOfRange { min: i64, max: i64 },
    /// The text has more characters than this.
    TooLong { max: u32 },
    /// More options were chosen than may be.
    TooMany { max: u32 },
    /// The id tells a time of day or lies in the future.
    ResponseId,
    /// The version or campaign is not the one asked at this point.
    NotAskedHere,
    /// The point's campaign has no cases: nobody was drawn for it or invited to it.
    NoCases,
    /// There is no such thing.
    NotFound,
    /// A code was mistyped: its check character does not fit.
    Mistyped,
}

impl FieldErrorCode {
    /// The stable name, the key of its translation.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::UnknownField => "unknown_field",
            Self::Missing => "missing",
            Self::Expected { .. } => "expected",
            Self::Required => "required",
            Self::NotAsked => "not_asked",
            Self::NotAnOption => "not_an_option",
            Self::OutOfRange { .. } => "out_of_range",
            Self::TooLong { .. } => "too_long",
            Self::TooMany { .. } => "too_many",
            Self::ResponseId => "response_id",
            Self::NotAskedHere => "not_asked_here",
            Self::NoCases => "no_cases",
            Self::NotFound => "not_found",
            Self::Mistyped => "mistyped",
        }
    }

    /// The parameters of the translated sentence.
    pub fn params(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Expected { what } => BTreeMap::from([("what", (*what).to_owned())]),
            Self::OutOfRange { min, max } => {
                BTreeMap::from([("min", min.to_string()), ("max", max.to_string())])
            }
            Self::TooLong { max } | Self::TooMany { max } => BTreeMap::from([("max", max.to_string())]),
            _ => BTreeMap::new(),
        }
    }
}

impl FieldError {
    /// An error at a JSON pointer.
    pub fn new(path: impl Into<String>, code: FieldErrorCode) -> Self {
        Self {
            path: path.into(),
            code,
        }
    }

    pub(crate) fn expected(path: impl Into<String>, what: &'static str) -> Self {
        Self::new(path, FieldErrorCode::Expected { what })
    }
}

/// Whether a civil date given by a device can be true: not after the server's date (a day of grace for a
/// clock that runs ahead over midnight), not before the campaign began, and not more than the longest time
/// that a device may stay offline.
pub fn date_is_plausible(answered_on: Date, today: Date, campaign_start: Date) -> bool {
    const OFFLINE_DAYS: i32 = 400;
    let age = today.to_julian_day() - answered_on.to_julian_day();
    (-1..=OFFLINE_DAYS).contains(&age) && answered_on >= campaign_start
}

/// An empty JSON object, for responses without respondent questions.
pub fn no_answers() -> Map<String, Value> {
    Map::new()
}
