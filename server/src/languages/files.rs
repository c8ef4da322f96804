//! Fonts and recordings under addresses that name their content, so that a device can keep them for ever and check
//! what it was given; see `public/sw.js`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use domain::canonical;

/// Files by their addresses.
#[derive(Default)]
pub(super) struct Files(BTreeMap<String, File>);

#[derive(Clone)]
struct File {
    media_type: &'static str,
    bytes: Bytes,
}

impl Files {
    /// Reads a file of one of the kinds, and gives its address.
    pub(super) fn add(
        &mut self,
        name: &str,
        path: &Path,
        kinds: &[(&'static str, &'static str)],
    ) -> anyhow::Result<String> {
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        let (extension, media_type) = kinds
            .iter()
            .find(|(known, _)| extension.eq_ignore_ascii_case(known))
            .ok_or_else(|| {
                let known: Vec<&str> = kinds.iter().map(|(known, _)| *known).collect();
                anyhow!("{}: use a file of the kind {}", path.display(), known.join(", "))
            })?;
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(self.put(name, extension, media_type, bytes.into()))
    }

    /// Takes a text as a file, and gives its address.
    pub(super) fn add_text(
        &mut self,
        name: &str,
        extension: &'static str,
        media_type: &'static str,
        text: String,
    ) -> String {
        self.put(name, extension, media_type, text.into_bytes().into())
    }

    fn put(&mut self, name: &str, extension: &str, media_type: &'static str, bytes: Bytes) -> String {
        let hash = canonical::hex(&canonical::sha256(&bytes));
        let address = format!("/pkg/{name}.{}.{extension}", &hash[..12]);
        self.0.insert(address.clone(), File { media_type, bytes });
        address
    }

    /// A route for each file.
    pub(super) fn routes(&self) -> Router {
        self.0.iter().fold(Router::new(), |router, (address, file)| {
            let File { media_type, bytes } = file.clone();
            let answer = move || async move {
                let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))];
                (media_type, bytes)
            };
            router.route(address, get(answer))
        })
    }
}
