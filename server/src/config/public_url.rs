//! The address that people use.

use std::fmt;
use std::str::FromStr;

use axum::http::Uri;
use serde::{Deserialize, Deserializer, de};

/// An origin, `scheme://host[:port]`, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    https: bool,
    loopback: bool,
}

impl PublicUrl {
    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach it by TLS.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether browsers give a page of it everything that https pages have.
    pub const fn is_secure_context(&self) -> bool {
        self.https || self.loopback
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is no address such as https://nghedan.example.vn");
        let uri: Uri = text.parse().map_err(|_| expected())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(expected());
        };
        if uri.path() != "/" || uri.query().is_some() {
            return Err(format!(
                "`{text}` has a path, but pages stand at the root of their host"
            ));
        }
        if !matches!(scheme, "http" | "https") || authority.as_str().contains('@') {
            return Err(expected());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let loopback = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        Ok(Self {
            text: format!("{scheme}://{authority}"),
            https: scheme == "https",
            loopback,
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_and_anything_else_refused() {
        let url: PublicUrl = "https://nghedan.example.vn/".parse().unwrap();
        assert_eq!(
            (url.as_str(), url.is_secure_context()),
            ("https://nghedan.example.vn", true)
        );
        for (text, secure) in [
            ("http://10.0.0.5:3000", false),
            ("http://[::1]:3000", true),
            ("http://localhost", true),
        ] {
            assert_eq!(
                text.parse::<PublicUrl>().unwrap().is_secure_context(),
                secure,
                "{text}"
            );
        }
        for text in [
            "",
            "nghedan.example.vn",
            "ftp://a.vn",
            "https://a.vn/x",
            "https://a.vn/?q",
            "https://me@a.vn",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
