//! `GET /api/v1/questionnaires/{key}/{version}`: a published version, frozen.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use domain::canonical;
use domain::questionnaire::Definition;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::query::Segments;
use crate::problem::{Problem, ProblemDocument};

/// A published version never changes.
const FOR_EVER: [(HeaderName, HeaderValue); 1] = [(
    header::CACHE_CONTROL,
    HeaderValue::from_static("public, max-age=31536000, immutable"),
)];

/// A published version of a questionnaire.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionnaireVersion {
    /// SHA-256 over the canonical JSON of `definition`; responses carry it.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// The file as published; the format is described by `data/questionnaires/questionnaire.schema.json`.
    #[schema(value_type = Value)]
    pub definition: Definition,
}

/// A published version of a questionnaire: what to ask, in which words, under which conditions.
#[utoipa::path(
    get, path = "/api/v1/questionnaires/{key}/{version}", tag = "questionnaires", operation_id = "getQuestionnaire",
    params(
        ("key" = String, Path, description = "The instrument, such as `sipas` or `desk-rating`"),
        ("version" = String, Path, description = "Its version, such as `2023`"),
    ),
    responses(
        (status = 200, description = "The version", body = QuestionnaireVersion),
        (status = 400, description = "The address cannot be read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such version is published", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub async fn get(
    State(state): State<ApiState>,
    Segments((key, version)): Segments<(String, String)>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<QuestionnaireVersion>), Problem> {
    let stored = state
        .service()
        .version(&key, &version)
        .ok_or_else(|| Problem::not_found("questionnaire version"))?;
    let document = QuestionnaireVersion {
        hash: canonical::hex(&stored.version.hash()),
        definition: stored.version.definition().clone(),
    };
    Ok((FOR_EVER, Json(document)))
}
