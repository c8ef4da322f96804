//! A report reads stored cells and no more of them than it shows.

mod support;

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::answer::Unasked;
use domain::id::{ResponseId, UnitId};
use domain::questionnaire::Version;
use serde_json::{Value, json};
use service::Service;
use service::clock::random;
use service::demo::Plan;
use service::intake::Delivery;
use service::results::{ChildOrder, ChildrenPage, Results, ResultsQuery};
use store::catalogue::{Campaign, Point};
use time::macros::date;
use tracing::field::{Field, Visit};
use tracing::span;

/// Rows that statements on cells returned, as sqlx reports each statement.
static CELLS: AtomicU64 = AtomicU64::new(0);
/// Rows that statements on responses and tallies returned.
static BEHIND: AtomicU64 = AtomicU64::new(0);

struct Counter;

#[derive(Default)]
struct Statement {
    on_cells: bool,
    on_what_is_behind: bool,
    rows: u64,
}

impl Visit for Statement {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" {
            self.on_cells = value.contains("release_cell");
            self.on_what_is_behind = value.contains(" response ") || value.contains(" tally_");
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl tracing::Subscriber for Counter {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        if statement.on_cells {
            CELLS.fetch_add(statement.rows, Ordering::SeqCst);
        }
        if statement.on_what_is_behind {
            BEHIND.fetch_add(statement.rows, Ordering::SeqCst);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// What a page of a unit asks for, with so many units below in that order.
fn asked(
    service: &Service,
    campaign: &str,
    unit: UnitId,
    (order, limit): (ChildOrder, usize),
) -> ResultsQuery {
    let children = ChildrenPage {
        offset: 0,
        limit,
        order,
        search: String::new(),
    };
    ResultsQuery {
        unit,
        campaign: service.campaign_by_key(campaign).expect("a demo campaign").id,
        version: None,
        period: None,
        channel: None,
        children: Some(children),
    }
}

/// The results, with the rows read for them of cells, and of what lies behind cells.
async fn counted(service: &Service, query: &ResultsQuery) -> (Results, u64, u64) {
    let before = (CELLS.load(Ordering::SeqCst), BEHIND.load(Ordering::SeqCst));
    let results = service.results(query).await.expect("results");
    (
        results,
        CELLS.load(Ordering::SeqCst) - before.0,
        BEHIND.load(Ordering::SeqCst) - before.1,
    )
}

/// The only test of this program, because what it counts is counted for the whole process.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_reads_at_most_three_rows_for_each_unit_and_period_shown() {
    tracing::subscriber::set_global_default(Counter).expect("no other subscriber");
    let (service, _folder) = support::filled(Plan::small(date!(2026 - 11 - 20))).await;

    let (units, today) = (service.units(), service.today());
    let country = units.country(today).expect("the country").unit.id;
    let province = units
        .children_on(country, today)
        .next()
        .expect("a province")
        .unit
        .id;
    for campaign in ["demo-desk", "demo-sipas"] {
        for unit in [country, province] {
            let by_code = (ChildOrder::Code, 50);
            let query = asked(&service, campaign, unit, by_code);
            let (results, cells, behind) = counted(&service, &query).await;
            let children = results.children.as_ref().expect("children were asked for");
            let shown = results.periods.len().max(1) + children.rows.len();
            let shown = u64::try_from(shown).expect("a small number");
            assert!(cells > 0, "the rows are counted at all");
            assert!(
                cells <= 3 * shown,
                "{campaign}: {cells} rows for {shown} units and periods"
            );
            assert_eq!(
                behind, 0,
                "{campaign}: a report reads neither responses nor tallies"
            );
            // The weakest are known when all are: a row for each unit directly below, whatever the page shows of them.
            let few = |order| asked(&service, campaign, unit, (order, 5));
            let (_, by_code, _) = counted(&service, &few(ChildOrder::Code)).await;
            let (results, weakest, behind) = counted(&service, &few(ChildOrder::WeakestFirst)).await;
            let children = results.children.expect("children were asked for");
            assert_eq!(children.rows.len(), 5);
            let others = u64::try_from(children.total - 5).expect("a small number");
            assert!(others > 0, "there are more than a page shows");
            assert_eq!((weakest, behind), (by_code + others, 0), "{campaign}");
        }
    }

    let province = answer_a_second_version(&service, country).await;
    for unit in [country, province] {
        each_other_version_is_a_row_a_period(&service, unit).await;
    }
}

/// Without the units below, so that nothing else explains the rows.
async fn each_other_version_is_a_row_a_period(service: &Service, unit: UnitId) {
    let query = ResultsQuery {
        children: None,
        ..asked(service, "demo-desk", unit, (ChildOrder::Code, 50))
    };
    let versions = counted(service, &query).await.0.versions;
    assert_eq!(versions.len(), 2, "both versions have figures");
    let mut reports = Vec::new();
    for version in versions {
        let query = ResultsQuery {
            version: Some(version.id),
            ..query.clone()
        };
        let (results, cells, behind) = counted(service, &query).await;
        assert_eq!(behind, 0, "a report reads neither responses nor tallies");
        let periods = u64::try_from(results.periods.len()).expect("a small number");
        reports.push((periods, cells));
    }
    let all: u64 = reports.iter().map(|(periods, _)| periods).sum();
    for (periods, cells) in reports {
        let others = all - periods;
        assert!(
            cells <= 3 * periods + others,
            "{cells} rows for {periods} periods, and {others} of the other version"
        );
    }
}

/// Twelve people of one commune answer a second version, which the desks ask since November; the commune's province.
async fn answer_a_second_version(service: &Service, country: UnitId) -> UnitId {
    let mut definition: Value =
        serde_json::from_str(include_str!("../../data/questionnaires/desk-rating-1.json")).expect("JSON");
    definition["version"] = json!("2");
    let version = Version::parse(&definition.to_string()).expect("a version");
    let id = service.publish(&version).await.expect("it is published");
    let campaign = service.campaign_by_key("demo-desk").expect("a demo campaign");
    let mut campaign = Campaign::clone(&campaign);
    campaign.versions.push((date!(2026 - 11 - 01), id));
    service.put_campaign(&campaign).await.expect("it is stored");

    let (province, point) = a_desk(service, country, &campaign).await;
    for _ in 0..12 {
        let document = json!({
            "point": point.code, "questionnaire": version.reference(), "campaign": campaign.id,
            "nonce": domain::canonical::hex(&random::<16>()), "language": "vi", "mode": "self_screen",
            "answered_on": "2026-11-20", "duration_s": 40,
            "respondent": {"purpose": "submit"},
            "answers": {"overall": 4, "aspects": {"access": 5, "procedures": 2, "officials": 4}},
        });
        let delivery = Delivery {
            id: ResponseId::new(date!(2026 - 11 - 20), random()),
            document,
            device: None,
            unasked: Unasked::Refuse,
        };
        service.submit(delivery).await.expect("it is accepted");
    }
    service.release_all().await.expect("a release");
    province
}

/// A point of the campaign, and the province that it lies in.
async fn a_desk(service: &Service, country: UnitId, campaign: &Campaign) -> (UnitId, Point) {
    let (units, today) = (service.units(), service.today());
    for province in units.children_on(country, today) {
        for commune in units.children_on(province.unit.id, today) {
            let points = service.points_of(commune.unit.id).await.expect("points");
            if let Some(point) = points.into_iter().find(|point| point.campaign == campaign.id) {
                return (province.unit.id, point);
            }
        }
    }
    panic!("no commune has a desk")
}
