//! `GET /api/v1/languages`: the language packs of this server.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::questionnaire::Version;
use serde::Serialize;
use service::Service;
use service::languages::{Pack, VersionName};
use store::catalogue::StoredVersion;
use utoipa::ToSchema;

use super::ApiState;

/// A language that a pack adds to what questionnaires were published in, or only speaks.
#[derive(Debug, Serialize, ToSchema)]
pub struct LanguageDocument {
    /// Its tag (BCP 47).
    #[schema(example = "km")]
    pub language: String,
    /// What those who speak it call it.
    pub name: String,
    /// `ltr` or `rtl`.
    #[schema(example = "ltr")]
    pub direction: &'static str,
    /// Some text is missing, so that Vietnamese stands in.
    pub partial: bool,
    /// What it adds to versions. The hash that a response carries stays that of the version.
    pub questionnaires: Vec<WordingDocument>,
    /// The addresses of recordings, by the words that they speak.
    pub voices: BTreeMap<String, String>,
}

/// The texts of a version in the language.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordingDocument {
    #[schema(example = "desk-rating")]
    pub key: String,
    #[schema(example = "1")]
    pub version: String,
    /// Texts by their names: `question.ID`, `question.ID.option.OPTION` and so on; `docs/languages.md` lists them.
    pub texts: BTreeMap<String, String>,
}

/// The language packs.
#[derive(Debug, Serialize, ToSchema)]
pub struct LanguagesDocument {
    pub languages: Vec<LanguageDocument>,
}

/// The languages that packs add to the published questionnaires, with their texts.
#[utoipa::path(
    get, path = "/api/v1/languages", tag = "questionnaires", operation_id = "listLanguages",
    responses((status = 200, description = "The language packs", body = LanguagesDocument)),
)]
pub async fn list(State(state): State<ApiState>) -> Json<LanguagesDocument> {
    let service = state.service();
    let versions = service.versions();
    let versions: Vec<&StoredVersion> = versions.iter().collect();
    Json(LanguagesDocument {
        languages: documents(service, &versions),
    })
}

/// What packs have for these versions.
pub(super) fn documents(service: &Service, versions: &[&StoredVersion]) -> Vec<LanguageDocument> {
    let translated: Vec<_> = versions.iter().map(|stored| service.translated(stored)).collect();
    let packs = service.languages().packs().iter();
    packs
        .map(|pack| document(pack, translated.iter().map(AsRef::as_ref)))
        .collect()
}

fn document<'a>(pack: &Pack, versions: impl Iterator<Item = &'a Version>) -> LanguageDocument {
    let mut document = LanguageDocument {
        language: pack.language.to_string(),
        name: pack.name.clone(),
        direction: pack.direction.as_str(),
        partial: false,
        questionnaires: Vec::new(),
        voices: BTreeMap::new(),
    };
    for version in versions {
        let name = VersionName::of(version);
        document.voices.extend(pack.recordings(version));
        if version.definition().languages.contains(&pack.language) {
            document.partial |= pack.is_partial_for(version);
        }
        let Some(translation) = pack
            .questionnaires
            .get(&name)
            .filter(|known| !known.wording.is_empty())
        else {
            continue;
        };
        document.questionnaires.push(WordingDocument {
            key: name.key,
            version: name.version,
            texts: translation.wording.clone(),
        });
    }
    document
}
