//! Reading the JSON document of a response, naming every wrong or unknown field.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use crate::canonical;
use crate::civil;
use crate::code::{Code, ONE_TIME_LENGTH, POINT_LENGTH};
use crate::id::{CampaignId, UnitId};
use crate::questionnaire::VersionRef;
use crate::response::{Envelope, FieldError, FieldErrorCode};

const FIELDS: &[&str] = &[
    "point",
    "questionnaire",
    "campaign",
    "nonce",
    "language",
    "mode",
    "answered_on",
    "duration_s",
    "sent_at",
    "handled_by",
    "case",
    "code",
    "receipt",
    "respondent",
    "answers",
];

/// Longest time between opening and finishing a form that is believed, in seconds: three days.
const MAX_DURATION_S: i64 = 259_200;
const MAX_CASE: u32 = 64;

/// A document as far as it could be read.
///
/// `questionnaire`, `known` and the two maps are there even when other fields are wrong, so that one reply can name
/// the errors of the envelope, those of the answers and those that only the server sees together.
#[derive(Debug)]
pub struct Document {
    pub questionnaire: Option<VersionRef>,
    pub known: Known,
    pub respondent: Map<String, Value>,
    pub answers: Map<String, Value>,
    pub envelope: Result<Envelope, Vec<FieldError>>,
}

/// The fields of an envelope that could be read and that mean something only together with what the server knows.
#[derive(Debug, Default)]
pub struct Known {
    /// The point's code, normalised.
    pub point: Option<String>,
    pub campaign: Option<CampaignId>,
    pub answered_on: Option<Date>,
    pub handled_by: Option<UnitId>,
    /// The one-time code, normalised.
    pub code: Option<String>,
    /// Whether there is a code at all, well typed or not.
    pub has_code: bool,
    pub has_case: bool,
}

impl Document {
    /// Reads a document; anything but an object is one error at the root.
    pub fn read(value: Value) -> Self {
        let Value::Object(map) = value else {
            return Self {
                questionnaire: None,
                known: Known::default(),
                respondent: Map::new(),
                answers: Map::new(),
                envelope: Err(vec![FieldError::expected("", "object")]),
            };
        };
        let mut fields = Fields {
            map,
            errors: Vec::new(),
            known: Known::default(),
        };
        for key in fields.map.keys().filter(|key| !FIELDS.contains(&key.as_str())) {
            let pointer = key.replace('~', "~0").replace('/', "~1");
            fields.errors.push(FieldError::new(
                format!("/{pointer}"),
                FieldErrorCode::UnknownField,
            ));
        }
        let respondent = fields.object("respondent");
        let answers = fields.object("answers");
        let questionnaire: Option<VersionRef> = fields.parsed("questionnaire", "object {key, version, hash}");
        let envelope = fields.envelope(questionnaire.clone());
        let errors = fields.errors;
        Self {
            questionnaire,
            known: fields.known,
            respondent,
            answers,
            envelope: match envelope {
                Some(envelope) if errors.is_empty() => Ok(envelope),
                _ => Err(errors),
            },
        }
    }
}

struct Fields {
    map: Map<String, Value>,
    errors: Vec<FieldError>,
    known: Known,
}

impl Fields {
    /// Every field is read before the first missing one ends it, so that all errors are named.
    fn envelope(&mut self, questionnaire: Option<VersionRef>) -> Option<Envelope> {
        let point = self.code("point", POINT_LENGTH);
        if point.is_none() && !self.map.contains_key("point") {
            self.missing("point");
        }
        let campaign = self.parsed("campaign", "uuid");
        let nonce = self.required_hex("nonce");
        let language = self.parsed("language", "language tag");
        let mode = self.parsed("mode", "mode of answering");
        let answered_on = self.date("answered_on");
        let duration_s = self.duration();
        let sent_at = self.instant("sent_at");
        let handled_by = self.optional("handled_by", "uuid");
        let case = self.case();
        let code = self.code("code", ONE_TIME_LENGTH);
        let receipt = self.hex("receipt");
        self.known = Known {
            point: point.clone(),
            campaign,
            answered_on,
            handled_by,
            code: code.clone(),
            has_code: self.map.contains_key("code"),
            has_case: self.map.contains_key("case"),
        };
        Some(Envelope {
            point: point?,
            questionnaire: questionnaire?,
            campaign: campaign?,
            nonce: nonce?,
            language: language?,
            mode: mode?,
            answered_on: answered_on?,
            duration_s: duration_s?,
            sent_at,
            handled_by,
            case,
            code,
            receipt,
        })
    }

    fn missing(&mut self, key: &str) {
        self.errors
            .push(FieldError::new(format!("/{key}"), FieldErrorCode::Missing));
    }

    fn expected(&mut self, key: &str, what: &'static str) {
        self.errors.push(FieldError::expected(format!("/{key}"), what));
    }

    fn object(&mut self, key: &str) -> Map<String, Value> {
        match self.map.remove(key) {
            Some(Value::Object(map)) => map,
            Some(_) => {
                self.expected(key, "object");
                Map::new()
            }
            None => {
                self.missing(key);
                Map::new()
            }
        }
    }

    fn parsed<T: DeserializeOwned>(&mut self, key: &str, what: &'static str) -> Option<T> {
        if self.map.contains_key(key) {
            self.optional(key, what)
        } else {
            self.missing(key);
            None
        }
    }

    fn optional<T: DeserializeOwned>(&mut self, key: &str, what: &'static str) -> Option<T> {
        let parsed = T::deserialize(self.map.get(key)?).ok();
        if parsed.is_none() {
            self.expected(key, what);
        }
        parsed
    }

    fn string(&mut self, key: &str) -> Option<String> {
        self.optional(key, "string")
    }

    fn date(&mut self, key: &str) -> Option<Date> {
        let text: String = self.parsed(key, "date")?;
        let date = civil::parse(&text);
        if date.is_none() {
            self.expected(key, "date");
        }
        date
    }

    fn instant(&mut self, key: &str) -> Option<i64> {
        let text = self.string(key)?;
        let instant = OffsetDateTime::parse(&text, &Rfc3339).ok();
        if instant.is_none() {
            self.expected(key, "RFC 3339 instant");
        }
        instant.map(OffsetDateTime::unix_timestamp)
    }

    fn duration(&mut self) -> Option<u32> {
        let seconds: i64 = self.parsed("duration_s", "integer")?;
        if (0..=MAX_DURATION_S).contains(&seconds) {
            u32::try_from(seconds).ok()
        } else {
            let code = FieldErrorCode::OutOfRange {
                min: 0,
                max: MAX_DURATION_S,
            };
            self.errors.push(FieldError::new("/duration_s", code));
            None
        }
    }

    fn case(&mut self) -> Option<String> {
        let case = self.string("case")?;
        if case.chars().count() > MAX_CASE as usize {
            self.errors.push(FieldError::new(
                "/case",
                FieldErrorCode::TooLong { max: MAX_CASE },
            ));
            return None;
        }
        Some(case)
    }

    fn code(&mut self, key: &str, length: usize) -> Option<String> {
        let typed = self.string(key)?;
        let code = Code::parse(&typed, length).ok();
        if code.is_none() {
            self.errors
                .push(FieldError::new(format!("/{key}"), FieldErrorCode::Mistyped));
        }
        code.map(|code| code.as_str().to_owned())
    }

    fn hex<const N: usize>(&mut self, key: &str) -> Option<[u8; N]> {
        let text = self.string(key)?;
        let bytes = canonical::from_hex(&text);
        if bytes.is_none() {
            self.expected(key, "hexadecimal");
        }
        bytes
    }

    fn required_hex<const N: usize>(&mut self, key: &str) -> Option<[u8; N]> {
        if !self.map.contains_key(key) {
            self.missing(key);
        }
        self.hex(key)
    }
}
