//! The main job without HTTP: a person answers, and the figures of the unit and of all above it move.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::answer::Unasked;
use domain::channel::ChannelClass;
use domain::id::{ResponseId, UnitId};
use domain::method::Covers;
use domain::period::Period;
use serde_json::{Value, json};
use service::Service;
use service::clock::random;
use service::demo::Plan;
use service::intake::{Accepted, Delivery, Refusal};
use service::results::{CellState, ChildOrder, ChildrenPage, Results, ResultsQuery};
use store::catalogue::Campaign;
use time::macros::date;

use support::filled;

async fn demo() -> (Service, tempfile::TempDir) {
    filled(Plan::small(date!(2026 - 11 - 20))).await
}

fn campaign(service: &Service, key: &str) -> Arc<Campaign> {
    service.campaign_by_key(key).expect("a demo campaign")
}

async fn results(service: &Service, campaign: &Campaign, unit: UnitId, period: Option<Period>) -> Results {
    let children = Some(ChildrenPage {
        offset: 0,
        limit: 50,
        order: ChildOrder::Code,
        search: String::new(),
    });
    let query = ResultsQuery {
        unit,
        campaign: campaign.id,
        version: None,
        period,
        channel: None,
        children,
    };
    service.results(&query).await.expect("results")
}

fn country(service: &Service) -> UnitId {
    service
        .units()
        .country(service.today())
        .expect("the country")
        .unit
        .id
}

/// Respondents, answers and satisfied answers of a shown cell.
fn totals(cell: &CellState) -> (i64, i64, i64) {
    let figures = cell.figures().expect("a shown cell");
    let share = figures.nodes[0].share.expect("a share");
    let satisfied = share.estimate.ratio.numerator();
    (figures.respondents, figures.answers, satisfied)
}

fn document(service: &Service, code: &str, campaign: &Campaign, answers: &Value) -> Value {
    let version = service
        .version("desk-rating", "1")
        .expect("the desk rating")
        .version;
    json!({
        "point": code, "questionnaire": version.reference(), "campaign": campaign.id,
        "nonce": domain::canonical::hex(&random::<16>()), "language": "vi", "mode": "self_screen",
        "answered_on": "2026-11-20", "duration_s": 40,
        "respondent": {"purpose": "submit"}, "answers": answers,
    })
}

fn delivery(document: Value) -> Delivery {
    let id = ResponseId::new(date!(2026 - 11 - 20), random());
    Delivery {
        id,
        document,
        device: None,
        unasked: Unasked::Refuse,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_of_full_size_imitates_the_published_figures() {
    let plan = Plan {
        survey_responses: 36_525,
        survey_communes: 385,
        ..Plan::small(date!(2026 - 11 - 20))
    };
    let (service, _folder) = filled(plan).await;
    let figures = service.demo_beside_published().await.expect("figures");
    let names: Vec<&str> = figures.iter().map(|figure| figure.id).collect();
    assert_eq!(names, ["", "policy", "service", "access"]);
    for figure in figures {
        assert!(figure.is_near(), "{figure:?}");
    }
}

/// One demo serves all: filling it takes longer than what is asked of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_main_job() {
    let (service, _folder) = demo().await;
    the_demo_shows_the_published_figures_and_keeps_small_groups_hidden(&service).await;
    an_answer_moves_its_unit_and_every_unit_above(&service).await;
    an_answer_to_the_survey_keeps_the_interval_between_villages(&service).await;
    what_is_wrong_is_named_and_nothing_is_stored(&service).await;
}

async fn an_answer_moves_its_unit_and_every_unit_above(service: &Service) {
    let desk = campaign(service, "demo-desk");
    let month = Some(Period::Campaign);
    let national = results(service, &desk, country(service), month).await;
    let provinces = national.children.as_ref().expect("children");
    assert_eq!(provinces.total, 34);

    // The commune with the most answers, found the way a reader would: downwards.
    let mut busiest: Option<(i64, UnitId, UnitId)> = None;
    for (province, _) in &provinces.rows {
        let below = results(service, &desk, *province, month).await;
        for (commune, cell) in below.children.expect("children").rows {
            if let Some(figures) = cell.figures()
                && busiest.is_none_or(|(most, ..)| figures.respondents > most)
            {
                busiest = Some((figures.respondents, commune, *province));
            }
        }
    }
    let (_, commune, province) = busiest.expect("a shown commune");
    let chain = [commune, province, country(service)];
    let mut before = Vec::new();
    for unit in chain {
        before.push(totals(&results(service, &desk, unit, month).await.cell));
    }

    let point = service
        .points_of(commune)
        .await
        .expect("points")
        .into_iter()
        .find(|point| point.campaign == desk.id);
    let code = point.expect("a point").code;
    let answers = json!({"overall": 4, "aspects": {"access": 5, "procedures": 2, "officials": 4}});
    let sent = delivery(document(service, &code, &desk, &answers));
    let first = service.submit(sent.clone()).await.expect("accepted");
    assert_eq!(
        first,
        Accepted {
            repeat: false,
            not_counted: None,
            device: false
        }
    );
    let again = service.submit(sent.clone()).await.expect("accepted again");
    assert_eq!(
        again,
        Accepted {
            repeat: true,
            not_counted: None,
            device: false
        }
    );
    let mut other = sent;
    other.document["answers"]["overall"] = json!(1);
    assert!(matches!(service.submit(other).await, Err(Refusal::Conflict)));

    service.live_changed().await;
    service.publish_live().await.expect("published");
    for (unit, (respondents, answered, satisfied)) in chain.into_iter().zip(before) {
        let after = totals(&results(service, &desk, unit, month).await.cell);
        assert_eq!(after, (respondents + 1, answered + 3, satisfied + 2), "{unit}");
    }
    let disagreements = service.recount("demo-desk", false).await.expect("a recount");
    assert!(disagreements.is_empty(), "{disagreements:?}");
}

async fn an_answer_to_the_survey_keeps_the_interval_between_villages(service: &Service) {
    let survey = campaign(service, "demo-sipas");
    let commune = survey.units[0];
    let points = service.points_of(commune).await.expect("points");
    let points: Vec<_> = points
        .into_iter()
        .filter(|point| point.campaign == survey.id)
        .collect();
    let villages: BTreeSet<_> = points.iter().filter_map(|point| point.cluster.as_ref()).collect();
    assert_eq!(
        (points.len(), villages.len()),
        (3, 3),
        "each village has its point"
    );
    assert!(
        survey.ends_on.is_some_and(|end| end > service.today()),
        "the link that the demo names still takes answers tomorrow"
    );

    let version = service.version("sipas", "2023").expect("the survey").version;
    let document = json!({
        "point": points[0].code, "questionnaire": version.reference(), "campaign": survey.id,
        "nonce": domain::canonical::hex(&random::<16>()), "language": "vi", "mode": "self_screen",
        "answered_on": "2026-11-20", "duration_s": 400,
        "respondent": {"gender": "female"}, "answers": {"q9_policy_ab": {"c01": 5, "c02": 4}},
    });
    let before = results(service, &survey, country(service), None).await;
    let counted = service.submit(delivery(document)).await.expect("accepted");
    assert_eq!(counted.not_counted, None);
    service.release_all().await.expect("a release");
    let after = results(service, &survey, country(service), None).await;
    assert_eq!(totals(&after.cell).0, totals(&before.cell).0 + 1);
    for cell in [&before.cell, &after.cell] {
        let share = cell.figures().expect("a shown cell").nodes[0].share;
        assert_eq!(share.expect("a share").covers, Covers::SamplingOfClusters);
    }
}

async fn the_demo_shows_the_published_figures_and_keeps_small_groups_hidden(service: &Service) {
    let survey = campaign(service, "demo-sipas");
    let national = results(service, &survey, country(service), None).await;
    assert_eq!(national.period, Period::Campaign);
    let figures = national.cell.figures().expect("a shown cell");
    assert_eq!(
        figures.respondents + (figures.responses - figures.respondents),
        1_200
    );
    let whole = figures.nodes[0].share.expect("a share").estimate;
    // 1,200 people in 36 villages: the small demo can only be near the published 83.94 %.
    assert!((whole.value - 0.8394).abs() < 0.04, "{}", whole.value);
    assert!(
        whole.interval.low < 0.8394 && 0.8394 < whole.interval.high,
        "{:?}",
        whole.interval
    );

    let provinces = national.children.expect("children").rows;
    let unsampled = provinces
        .iter()
        .filter(|(_, cell)| matches!(cell, CellState::NotInSample))
        .count();
    assert_eq!(unsampled, 34 - 12, "twelve communes lie in twelve provinces");

    let desk = campaign(service, "demo-desk");
    let by_channel = results(service, &desk, country(service), Some(Period::Campaign)).await;
    let classes: Vec<ChannelClass> = by_channel.channels.iter().map(|(class, _)| *class).collect();
    assert_eq!(classes, [ChannelClass::Desk, ChannelClass::Online]);
    let parts: i64 = by_channel.channels.iter().map(|(_, cell)| totals(cell).0).sum();
    assert_eq!(
        parts,
        totals(&by_channel.cell).0,
        "the channels add up to the whole"
    );
}

async fn what_is_wrong_is_named_and_nothing_is_stored(service: &Service) {
    let desk = campaign(service, "demo-desk");
    let unit = desk.units[0];
    assert!(
        service.points_of(unit).await.expect("points").is_empty(),
        "the country has no desk"
    );
    let unknown = document(service, "2222-2222", &desk, &json!({"overall": 4}));
    let refused = service.submit(delivery(unknown)).await;
    assert!(
        matches!(refused, Err(Refusal::UnknownPoint | Refusal::Invalid(_))),
        "{refused:?}"
    );
    let mut wrong = document(
        service,
        "2222-2222",
        &desk,
        &json!({"overall": 9, "colour": "red"}),
    );
    wrong["nonce"] = json!("short");
    let Err(Refusal::Invalid(errors)) = service.submit(delivery(wrong)).await else {
        panic!("refused")
    };
    let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert!(
        paths.contains(&"/nonce")
            && paths.contains(&"/answers/overall")
            && paths.contains(&"/answers/colour"),
        "{paths:?}"
    );
}
