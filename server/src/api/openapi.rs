//! `GET /api/v1/openapi.json`: the description of the API, generated from the handlers.
//!
//! The same document is checked in as `server/openapi.json`; a test fails when the two differ.

use std::sync::OnceLock;

use axum::http::{HeaderName, HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use uuid::Uuid;

use crate::problem::{Code, Tongue};

/// The body of `PUT /api/v1/responses/{id}`, as described to clients; `domain::response` reads it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseDocument {
    /// The point's code.
    #[schema(example = "23456786")]
    pub point: String,
    pub questionnaire: VersionName,
    /// The id of the point's campaign.
    pub campaign: Uuid,
    /// 128 random bits as hexadecimal digits; send the same ones when sending again.
    #[schema(pattern = "^[0-9a-fA-F]{32}$", example = "0123456789abcdef0123456789abcdef")]
    pub nonce: String,
    /// The language in which the person answered.
    #[schema(example = "vi")]
    pub language: String,
    pub mode: ModeName,
    /// The civil date in Việt Nam on which the person answered.
    #[schema(format = Date, example = "2026-11-22")]
    pub answered_on: String,
    /// Seconds between opening and finishing the form.
    #[schema(minimum = 0, maximum = 259_200, example = 75)]
    pub duration_s: u32,
    /// The device's clock when it sends this.
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
    /// The unit that decides the dossier, when it is not the one of the point.
    pub handled_by: Option<Uuid>,
    /// The case of a drawn sample, or of a census of those served. A campaign whose `selection` is `open` has none and
    /// refuses it.
    #[schema(max_length = 64)]
    pub case: Option<String>,
    /// A one-time code of sixteen characters, of an invitation or on the slip of a dossier. What the server knows from
    /// a slip (`handled_by`, the answer `field`) need not be sent, and counts over what is.
    pub code: Option<String>,
    /// 32 random bytes as hexadecimal digits, for a later proof of inclusion.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub receipt: Option<String>,
    /// Answers to the questions about the person, by question id.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub respondent: Value,
    /// Answers to the other questions, by question id. A grid's answer is an object by criterion or row; a score
    /// is a number from 1; `"no_opinion"` where the version allows it; one option is its id, several are a list.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub answers: Value,
}

/// A version by name and content.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionName {
    #[schema(example = "desk-rating")]
    pub key: String,
    #[schema(example = "1")]
    pub version: String,
    /// The content hash, as `points` and `questionnaires` give it.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub hash: String,
}

/// How the person answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeName {
    SelfScreen,
    SelfPaper,
    Interviewer,
    Telephone,
    HelpedByFamily,
    HelpedByVolunteer,
    HelpedByOfficial,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Nghe Dân",
        description = "Ask citizens how satisfied they are with public administration, and read the released figures. \
            Errors are RFC 9457 documents with a stable `code`; their text is in the language of `lang` or \
            `Accept-Language`. To answer: read a point, read its questionnaire version, PUT a response.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        super::responses::put,
        super::devices::enrol,
        super::devices::desk,
        super::devices::contact,
        super::points::get,
        super::points::campaigns,
        super::slips::issue,
        super::questionnaires::get,
        super::units::list,
        super::indicators::get,
        super::keys::list,
        super::languages::list,
        super::slips::standing,
        get,
    ),
    tags(
        (name = "points", description = "What to ask where"),
        (name = "questionnaires", description = "What to ask, in which words"),
        (name = "responses", description = "Giving answers"),
        (name = "devices", description = "Desk devices"),
        (name = "units", description = "Administrative units as dated facts"),
        (name = "indicators", description = "Released figures"),
        (name = "meta", description = "This description"),
    ),
    modifiers(&Tokens),
)]
struct Description;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        for (name, description) in [
            (
                "device",
                "The token of a desk device; without it the point's own channel holds",
            ),
            ("issuer", "The token of a system that may issue slips"),
        ] {
            let mut scheme = Http::new(HttpAuthScheme::Bearer);
            scheme.description = Some(description.to_owned());
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// The JSON Schema of questionnaires, as it is published to those who write them.
const QUESTIONNAIRE: &str = include_str!("../../../data/questionnaires/questionnaire.schema.json");

/// The description as indented JSON, as it is checked in.
///
/// # Panics
///
/// Never: it is made of what is compiled in, and a test makes it.
#[expect(clippy::expect_used, reason = "what is compiled in always has the same form")]
pub fn json() -> &'static str {
    static JSON: OnceLock<String> = OnceLock::new();
    JSON.get_or_init(|| {
        let mut api = serde_json::to_value(Description::openapi()).expect("a description of literals");
        let schema = QUESTIONNAIRE.replace("#/$defs/", "#/components/schemas/Questionnaire.");
        add_questionnaire(
            &mut api,
            serde_json::from_str(&schema).expect("the schema is JSON"),
        );
        add_problems(&mut api);
        describe_sealed_bodies(&mut api);
        describe_receipts(&mut api);
        describe_headers(&mut api);
        serde_json::to_string_pretty(&api).expect("a value has a form")
    })
}

/// Says that a sealed body is bytes; the derived schema would have a list of numbers.
fn describe_sealed_bodies(api: &mut Value) {
    let content = &mut api["paths"]["/api/v1/responses/{id}"]["put"]["requestBody"]["content"];
    content[crate::sealed::MEDIA_TYPE]["schema"] =
        json!({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"});
}

/// Says that what only devices are told may be missing; the derived schema has all of it or `null`.
fn describe_receipts(api: &mut Value) {
    let schemas = &mut api["components"]["schemas"];
    let told = schemas["DurableDocument"]["properties"].clone();
    let parts = schemas["Receipt"]["allOf"].as_array_mut();
    let own = parts.and_then(|parts| parts.iter_mut().find(|part| part.get("properties").is_some()));
    let Some(mut receipt) = own.map(Value::take) else {
        return;
    };
    if let (Some(properties), Value::Object(told)) = (receipt["properties"].as_object_mut(), told) {
        properties.extend(told);
    }
    receipt["description"] = schemas["Receipt"]["description"].take();
    schemas["Receipt"] = receipt;
}

/// A header is there or not; it cannot be `null`, as a derived optional one would be. Formats are counted from 1.
fn describe_headers(api: &mut Value) {
    let paths = api["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut());
    let operations = paths
        .filter_map(Value::as_object_mut)
        .flat_map(|path| path.values_mut());
    let parameters = operations.filter_map(|operation| operation.get_mut("parameters")?.as_array_mut());
    for parameter in parameters
        .flatten()
        .filter(|parameter| parameter["in"] == "header")
    {
        parameter["schema"]["type"] = json!("integer");
        if parameter["name"] == "Nghe-Dan-Format" {
            parameter["schema"]["minimum"] = json!(1);
        }
    }
}

/// Puts the schema of questionnaires among those of the API: both are JSON Schema 2020-12.
fn add_questionnaire(api: &mut Value, mut schema: Value) {
    let schemas = &mut api["components"]["schemas"];
    schemas["QuestionnaireVersion"]["properties"]["definition"] =
        json!({"$ref": "#/components/schemas/Questionnaire"});
    if let Some(Value::Object(parts)) = schema.as_object_mut().and_then(|schema| schema.remove("$defs")) {
        for (name, part) in parts {
            schemas[format!("Questionnaire.{name}")] = part;
        }
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    schemas["Questionnaire"] = schema;
}

/// Lists the codes that a problem may have, each with its status and sentence in two languages.
fn add_problems(api: &mut Value) {
    let problems: Vec<Value> = Code::ALL
        .iter()
        .map(|code| {
            let sentence = |tongue| code.sentence(tongue);
            json!({
                "code": code.as_str(),
                "status": code.status().as_u16(),
                "title": {"vi": sentence(Tongue::Vi), "en": sentence(Tongue::En)},
            })
        })
        .collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    api["components"]["schemas"]["ProblemDocument"]["properties"]["code"]["enum"] = json!(codes);
    api["x-problems"] = Value::from(problems);
}

/// This description.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "meta", operation_id = "getDescription",
    responses((status = 200, description = "OpenAPI 3.1", body = Value)),
)]
pub async fn get() -> ([(HeaderName, HeaderValue); 2], &'static str) {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, json())
}
