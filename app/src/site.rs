//! The files that a browser loads: from the names that pages know to the hashed names they are served under.

use std::collections::BTreeMap;
use std::path::Path;

use domain::canonical;

/// How many digits name a build: enough for people to tell two apart.
const BUILD_DIGITS: usize = 8;

/// What `cargo xtask site` built.
#[derive(Clone, Debug, Default)]
pub struct Site {
    names: BTreeMap<String, String>,
}

/// Why the site's manifest could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("cannot read {path}: {source}; run `cargo xtask site`")]
    Read { path: String, source: std::io::Error },
    #[error("{path} is not a manifest of the site: {source}; run `cargo xtask site --force`")]
    Parse { path: String, source: serde_json::Error },
}

impl Site {
    /// Reads `manifest.json` of the site's folder.
    pub fn load(folder: &Path) -> Result<Self, SiteError> {
        let file = folder.join("manifest.json");
        let path = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|source| SiteError::Read {
            path: path.clone(),
            source,
        })?;
        let names = serde_json::from_str(&text).map_err(|source| SiteError::Parse { path, source })?;
        Ok(Self { names })
    }

    /// A site of these files, for tests.
    pub fn of(names: &[(&str, &str)]) -> Self {
        Self {
            names: names
                .iter()
                .map(|(logical, name)| ((*logical).to_owned(), (*name).to_owned()))
                .collect(),
        }
    }

    /// A short name for all these files together: another one when any of them is another one.
    pub fn build(&self) -> String {
        let names: Vec<&str> = self.names.values().map(String::as_str).collect();
        let digest = canonical::hex(&canonical::sha256(names.join("\n").as_bytes()));
        digest.chars().take(BUILD_DIGITS).collect()
    }

    /// The address of a built file by its logical name, such as `main.css`; none when it was not built.
    pub fn href(&self, logical: &str) -> Option<String> {
        self.names.get(logical).map(|name| format!("/pkg/{name}"))
    }
}
