//! What an answer of the server means for the response that was sent.

use serde::Deserialize;

use super::Millis;
use crate::civil;

/// What every reply to a device tells beside its matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    pub server_time: Option<Millis>,
    /// Everything recorded before this instant of the server's clock is in a verified backup or a standby.
    pub durable_until: Option<Millis>,
    /// Which life of its database the server is in.
    pub incarnation: Option<String>,
    /// Whether the device is revoked; none when the reply does not say.
    pub revoked: Option<bool>,
}

/// What became of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The server holds it, newly or from before.
    Recorded(Contact),
    /// It will not be taken as it is.
    Refused { code: String },
    /// Whoever runs the survey has decided about it: it need not be kept any longer.
    Settled,
    /// Not now; the server answered, but said neither.
    Later { retry_after: Option<Millis> },
    /// No answer came, or only a part of one. Whether the server has the response is not known.
    Unreachable,
}

/// Problems that sending the same bytes again cannot cure, by their codes. Anything else is tried again.
pub const FINAL: &[&str] = &[
    "request.malformed_id",
    "request.malformed_json",
    "request.too_large",
    "request.unsupported_media_type",
    "sealed.unreadable",
    "sealed.unknown_key",
    "device.foreign",
    "device.revoked",
    "point.unknown",
    "response.already_recorded",
    "response.invalid",
    "code.used",
    "campaign.closed",
    "device.format_too_old",
];

/// The code of a response that was refused and then decided about.
const SETTLED: &str = "response.settled";

#[derive(Deserialize)]
struct Body {
    recorded: Option<bool>,
    server_time: Option<String>,
    durable_until: Option<String>,
    incarnation: Option<String>,
    revoked: Option<bool>,
    code: Option<String>,
}

impl Contact {
    /// Reads what a JSON body tells; fields that are missing or wrong tell nothing.
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str::<Body>(body).ok().map(Self::of)
    }

    fn of(body: Body) -> Self {
        let instant =
            |text: Option<String>| civil::parse_instant(&text?)?.unix_timestamp().checked_mul(1_000);
        Self {
            server_time: instant(body.server_time),
            durable_until: instant(body.durable_until),
            incarnation: body.incarnation,
            revoked: body.revoked,
        }
    }
}

impl Reply {
    /// Reads an answer. Only the server's own words count: a success must say `recorded`, and a refusal must
    /// be a problem document with a code that is known to be final. A proxy's error page, the log-in page of
    /// a network, or a body that was cut is tried again.
    pub fn read(status: u16, body: &str, retry_after_s: Option<u32>) -> Self {
        let later = Self::Later {
            retry_after: retry_after_s.map(|seconds| Millis::from(seconds) * 1_000),
        };
        let Ok(body) = serde_json::from_str::<Body>(body) else {
            return later;
        };
        match (status, body.code.as_deref()) {
            (200..=202, _) if body.recorded == Some(true) => Self::Recorded(Contact::of(body)),
            (410, Some(SETTLED)) => Self::Settled,
            (400..=499, Some(code)) if FINAL.contains(&code) => Self::Refused {
                code: code.to_owned(),
            },
            _ => later,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> Reply {
        Reply::Refused {
            code: code.to_owned(),
        }
    }

    #[test]
    fn only_the_servers_own_words_count() {
        let later = Reply::Later { retry_after: None };
        assert_eq!(
            Reply::read(200, "<html>Sign in to this network</html>", None),
            later
        );
        assert_eq!(Reply::read(200, "{}", None), later);
        assert_eq!(Reply::read(200, r#"{"recorded": false}"#, None), later);
        assert_eq!(Reply::read(201, r#"{"recorded": tr"#, None), later);
        assert_eq!(Reply::read(403, "Forbidden", None), later);
        assert_eq!(Reply::read(410, r#"{"code":"gateway.gone"}"#, None), later);
        assert_eq!(Reply::read(500, r#"{"code":"response.invalid"}"#, None), later);
        assert_eq!(Reply::read(401, r#"{"code":"device.unknown"}"#, None), later);
        assert_eq!(
            Reply::read(422, r#"{"code":"response.invalid","errors":[]}"#, None),
            refused("response.invalid")
        );
        assert_eq!(
            Reply::read(410, r#"{"code":"campaign.closed"}"#, None),
            refused("campaign.closed")
        );
    }

    #[test]
    fn a_receipt_tells_the_servers_clock_and_what_is_safe() {
        let body = r#"{"recorded":true,"server_time":"2026-11-22T03:00:00Z",
            "durable_until":"2026-11-22T02:00:00Z","incarnation":"a1"}"#;
        let expected = Contact {
            server_time: Some(1_795_316_400_000),
            durable_until: Some(1_795_312_800_000),
            incarnation: Some("a1".to_owned()),
            revoked: None,
        };
        assert_eq!(Reply::read(202, body, None), Reply::Recorded(expected));
    }

    #[test]
    fn a_full_server_says_when_to_come_back() {
        let body = r#"{"code":"server.full"}"#;
        let later = Reply::Later {
            retry_after: Some(7_000),
        };
        assert_eq!(Reply::read(503, body, Some(7)), later);
    }
}
