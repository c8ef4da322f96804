//! What a client reads before it can give a response: points, versions, units, keys.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use time::Duration;

use crate::world::{PROVINCE, WARD, World, new_id};

/// The API as a client knows it that has read nothing but its description.
struct Described<'a> {
    world: &'a World,
    description: Value,
}

impl<'a> Described<'a> {
    async fn read(world: &'a World) -> Self {
        let description = world.get("/api/v1/openapi.json").await.json();
        Self { world, description }
    }

    /// Calls an operation by its id. Parameters go where the description says, and the reply must be one that it
    /// names; the body must have the described fields and no others.
    async fn call(&self, operation: &str, parameters: &[(&str, &str)], body: Option<&Value>) -> (u16, Value) {
        let (path, method, described) = self.operation(operation);
        let mut path = path.to_owned();
        let mut query = Vec::new();
        for (name, value) in parameters {
            let known = described["parameters"].as_array().unwrap();
            let known = known.iter().find(|known| known["name"] == *name);
            match known.unwrap_or_else(|| panic!("{operation} has no parameter {name}"))["in"].as_str() {
                Some("path") => path = path.replace(&format!("{{{name}}}"), value),
                Some("query") => query.push(format!("{name}={value}")),
                other => panic!("{name} in {other:?}"),
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(path);
        if let Some(body) = body {
            let schema = &described["requestBody"]["content"]["application/json"]["schema"];
            self.check(body, schema);
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let reply = self.world.send(request.body(body).unwrap()).await;
        let status = reply.status.as_u16();
        let named = &described["responses"][status.to_string()];
        assert!(
            named.is_object(),
            "{operation} answers {status}, which is not described"
        );
        (status, reply.json())
    }

    fn operation(&self, id: &str) -> (&str, &str, &Value) {
        let paths = self.description["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        });
        operations
            .into_iter()
            .find(|(.., operation)| operation["operationId"] == id)
            .unwrap_or_else(|| panic!("no operation {id}"))
    }

    /// Whether a document has what its schema requires and nothing that the schema does not know.
    fn check(&self, document: &Value, schema: &Value) {
        let name = schema["$ref"].as_str().unwrap();
        let name = name.trim_start_matches("#/components/schemas/");
        let schema = &self.description["components"]["schemas"][name];
        let document = document.as_object().unwrap();
        for required in schema["required"].as_array().unwrap() {
            assert!(document.contains_key(required.as_str().unwrap()), "{required}");
        }
        for field in document.keys() {
            assert!(schema["properties"][field].is_object(), "{field}");
        }
    }
}

#[tokio::test]
async fn a_client_that_reads_only_the_description_does_the_whole_main_job() {
    let world = World::new().await;
    let api = Described::read(&world).await;
    let typed = format!(
        "{}-{}",
        &world.point.code[..4].to_lowercase(),
        &world.point.code[4..]
    );
    let (_, point) = api.call("getPoint", &[("code", typed.as_str())], None).await;
    assert_eq!(point["units"][0]["name"]["vi"], "Phường Hồng Ngự");
    assert_eq!(point["units"].as_array().unwrap().len(), 3);
    let asked = &point["questionnaire"];
    let (key, version) = (asked["key"].as_str().unwrap(), asked["version"].as_str().unwrap());
    let names = [("key", key), ("version", version)];
    let (_, questionnaire) = api.call("getQuestionnaire", &names, None).await;
    assert_eq!(questionnaire["hash"], asked["hash"]);
    let factor = &questionnaire["definition"]["parts"][0]["factors"][0];
    let criterion = factor["criteria"][0]["id"].as_str().unwrap();
    let question = question_of(&questionnaire["definition"], factor["id"].as_str().unwrap());
    let answer = async |score: u8| {
        let document = json!({
            "point": point["code"],
            "questionnaire": {"key": key, "version": version, "hash": asked["hash"]},
            "campaign": point["campaign"]["id"],
            "nonce": domain::canonical::hex(&service::clock::random::<16>()),
            "language": asked["languages"][1],
            "mode": "self_screen",
            "answered_on": "2026-11-22",
            "duration_s": 9,
            "respondent": {},
            "answers": {question: {criterion: score}},
        });
        let id = new_id().to_string();
        let (status, receipt) = api
            .call("putResponse", &[("id", id.as_str())], Some(&document))
            .await;
        assert_eq!((status, &receipt["recorded"]), (201, &json!(true)));
    };
    // From the desk to the country, respondents and answers that are satisfied.
    let figures = async || {
        let mut found = Vec::new();
        for unit in point["units"].as_array().unwrap() {
            let asked = [
                ("unit", unit["id"].as_str().unwrap()),
                ("campaign", point["campaign"]["key"].as_str().unwrap()),
                ("period", "2026-11"),
            ];
            let (_, indicators) = api.call("getIndicators", &asked, None).await;
            let whole = indicators["cell"]["figures"]["nodes"][0]["share"].clone();
            found.push((whole["respondents"].clone(), whole["numerator"].clone()));
        }
        found
    };
    for _ in 0..10 {
        answer(2).await;
    }
    // The month is over, and its figures are released.
    world.clock.advance(Duration::days(16));
    world.service.release_all().await.unwrap();
    assert_eq!(figures().await, vec![(json!(10), json!(0)); 3]);
    // None of these is asked for reasons: one or two who were would keep all five waiting.
    for score in [4, 4, 5, 5, 5] {
        answer(score).await;
    }
    world.service.release_all().await.unwrap();
    assert_eq!(figures().await, vec![(json!(15), json!(5)); 3]);
}

/// The question that asks a factor, found as a client finds it.
fn question_of<'a>(definition: &'a Value, factor: &str) -> &'a str {
    let sections = definition["sections"].as_array().unwrap().iter();
    let mut questions = sections.flat_map(|section| section["questions"].as_array().unwrap());
    let question = questions.find(|question| {
        let factors = question["answer"]["factors"].as_array();
        factors.is_some_and(|factors| factors.iter().any(|known| known == factor))
    });
    question.unwrap()["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_published_version_may_be_kept_for_ever() {
    let world = World::new().await;
    let questionnaire = world.get("/api/v1/questionnaires/desk-rating/1").await;
    assert_eq!(
        questionnaire.header(header::CACHE_CONTROL),
        "public, max-age=31536000, immutable"
    );
}

#[tokio::test]
async fn a_closed_campaign_still_says_what_it_was() {
    let world = World::new().await;
    world
        .service
        .close_campaign("desk-2026", time::macros::date!(2026 - 11 - 21))
        .await
        .unwrap();
    let point = world
        .get(&format!("/api/v1/points/{}", world.point.code))
        .await
        .json();
    assert_eq!(
        (&point["closed"], &point["campaign"]["closed_on"]),
        (&json!(true), &json!("2026-11-21"))
    );
}

#[tokio::test]
async fn units_are_found_by_name_and_walked_down() {
    let world = World::new().await;
    let found = world.get("/api/v1/units?q=hong%20ngu").await.json();
    assert_eq!(found["units"][0]["id"], WARD.to_string());
    assert_eq!(found["units"][0]["code"], "29954");
    let long = format!("/api/v1/units?q={}", "a".repeat(201));
    assert_eq!(world.get(&long).await.code(), "request.bad_parameter");
    let top = world.get("/api/v1/units").await.json();
    assert_eq!(
        (&top["total"], &top["units"][0]["level"]),
        (&json!(1), &json!("country"))
    );
    let below = world
        .get(&format!("/api/v1/units?parent={PROVINCE}&limit=1&offset=1"))
        .await
        .json();
    assert_eq!(
        (&below["total"], &below["offset"], &below["units"][0]["code"]),
        (&json!(2), &json!(1), &json!("29955"))
    );
    let before = world
        .get(&format!("/api/v1/units?parent={PROVINCE}&on=2025-06-30"))
        .await
        .json();
    assert_eq!(before["total"], 0, "neither ward existed then");
}

#[tokio::test]
async fn keys_and_campaigns_are_listed() {
    let world = World::new().await;
    let keys = world.get("/api/v1/keys").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_eq!(keys["keys"][0]["public"].as_str().unwrap().len(), 130);
    assert_eq!(keys["keys"][0]["made_on"], "2026-11-22");
    let campaigns = world.get("/api/v1/campaigns").await.json();
    let campaign = &campaigns["campaigns"][0];
    assert_eq!(campaign["key"], "desk-2026");
    assert_eq!(campaign["channels"], json!([]), "every channel of the method");
    assert_eq!(campaign["method"], json!({"id": "desk-rating-1", "version": 1}));
}
