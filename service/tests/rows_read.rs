//! A report reads stored cells and no more of them than it shows.

mod support;

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::UnitId;
use service::Service;
use service::demo::Plan;
use service::results::{ChildOrder, ChildrenPage, Results, ResultsQuery};
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

/// The results, with the rows read for them of cells, and of what lies behind cells.
async fn counted(
    service: &Service,
    campaign: &str,
    unit: UnitId,
    (order, limit): (ChildOrder, usize),
) -> (Results, u64, u64) {
    let children = ChildrenPage {
        offset: 0,
        limit,
        order,
        search: String::new(),
    };
    let query = ResultsQuery {
        unit,
        campaign: service.campaign_by_key(campaign).expect("a demo campaign").id,
        version: None,
        period: None,
        channel: None,
        children: Some(children),
    };
    let before = (CELLS.load(Ordering::SeqCst), BEHIND.load(Ordering::SeqCst));
    let results = service.results(&query).await.expect("results");
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
            let (results, cells, behind) = counted(&service, campaign, unit, by_code).await;
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
            let few = |order| counted(&service, campaign, unit, (order, 5));
            let (_, by_code, _) = few(ChildOrder::Code).await;
            let (results, weakest, behind) = few(ChildOrder::WeakestFirst).await;
            let children = results.children.expect("children were asked for");
            assert_eq!(children.rows.len(), 5);
            let others = u64::try_from(children.total - 5).expect("a small number");
            assert!(others > 0, "there are more than a page shows");
            assert_eq!((weakest, behind), (by_code + others, 0), "{campaign}");
        }
    }
}
