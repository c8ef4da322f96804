//! Security and cache headers, by kind of reply.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::canonical;
use service::clock::random;

use crate::config::PublicUrl;

/// What the headers depend on.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The public address is https, so browsers may be told to stay there.
    https: bool,
    /// The sites that may frame survey forms, as `frame-ancestors` names them.
    embed: Arc<str>,
}

impl Policy {
    /// The policy of a server that is reached by https or not, whose forms these sites may frame.
    pub fn new(https: bool, embed: &[PublicUrl]) -> Self {
        let sites: Vec<&str> = embed.iter().map(PublicUrl::as_str).collect();
        let embed = if sites.is_empty() {
            NOBODY.to_owned()
        } else {
            sites.join(" ")
        };
        Self {
            https,
            embed: embed.into(),
        }
    }
}

/// What `frame-ancestors` is for everything but survey forms.
const NOBODY: &str = "'none'";

const STATIC: [(HeaderName, HeaderValue); 2] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    // An address may hold a point's code; other sites get none of it.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
];

/// Nothing of the API is a document, so a browser that shows one anyway may do nothing with it.
const API_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const FEATURES: HeaderValue = HeaderValue::from_static(
    "camera=(), geolocation=(), microphone=(), payment=(), screen-wake-lock=(self), usb=()",
);
const YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// A nonce for the scripts of one page: 128 random bits.
pub(super) fn mint() -> String {
    canonical::hex(&random::<16>())
}

/// Headers of an API reply; what a handler said about caching stays.
pub(super) fn api(policy: &Policy, headers: &mut HeaderMap) {
    common(policy, headers);
    headers.insert(header::CONTENT_SECURITY_POLICY, API_POLICY);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}

/// Headers of a page. A page carries its nonce, so no shared cache may keep it. Only the sites of the list may frame it,
/// and only when it is `framable`.
pub(super) fn page(policy: &Policy, nonce: &str, framable: bool, headers: &mut HeaderMap) {
    common(policy, headers);
    let ancestors = if framable { &*policy.embed } else { NOBODY };
    let content = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors {ancestors}"
    );
    if let Ok(content) = HeaderValue::from_str(&content) {
        headers.insert(header::CONTENT_SECURITY_POLICY, content);
    }
    headers.insert(HeaderName::from_static("permissions-policy"), FEATURES);
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_CACHE);
}

/// Headers of a file: names in `pkg` change with their content, the others keep theirs.
pub(super) fn file(policy: &Policy, hashed: bool, headers: &mut HeaderMap) {
    common(policy, headers);
    headers.insert(header::CACHE_CONTROL, if hashed { FOR_EVER } else { NO_CACHE });
    // What is sent depends on which compressed twin the browser takes.
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

fn common(policy: &Policy, headers: &mut HeaderMap) {
    for (name, value) in STATIC {
        headers.insert(name, value);
    }
    if policy.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, YEAR);
    }
}
