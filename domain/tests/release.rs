//! Releases of small campaigns: what enters, what waits, what is shown and in which form.

mod fixture;

use std::collections::BTreeMap;

use domain::channel::ChannelClass;
use domain::disclosure::Grain;
use domain::id::UnitId;
use domain::method::{Covers, SamplingUnit, Selection};
use domain::moments::{ClusterMoments, Moments};
use domain::period::Period;
use domain::questionnaire::Version;
use domain::release::{
    Atom, Column, Disclosed, Figures, Input, OpenError, Opening, PlanError, Reason, Released, Row, Rules,
    State, Units, due, open, pack_clusters, periods, plan,
};
use domain::status::Status;
use domain::tally::{HandledBy, Rated, Tally, contributions};
use serde_json::{Value, json};
use time::Duration;
use time::macros::date;
use uuid::Uuid;

const JULY: Period = Period::Month(2026, 7);
const AUGUST: Period = Period::Month(2026, 8);
const ALL: Column = Column::All;

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

/// A province (1) with three communes (2, 3, 4); 5 is not asked.
fn units() -> Units {
    let rows: Vec<_> = (1..=5)
        .map(|number| (unit(number), (number > 1).then(|| unit(1)), number != 5))
        .collect();
    Units::new(&rows)
}

fn tally(version: &Version, people: &[(i64, Value)]) -> Tally {
    let rated = Rated {
        served_at: unit(2),
        handled_by: None,
    };
    let mut tally = Tally::empty(version.layout());
    for (count, answers) in people {
        let answers = fixture::answers_of(version, answers);
        let one = contributions(version, &answers, Status::Counted, rated)
            .remove(0)
            .1;
        for _ in 0..*count {
            tally.add(&one);
        }
    }
    tally
}

fn happy() -> Value {
    json!({"purpose": "ask", "rate": {"seats": 5, "polite": 4}})
}

fn unhappy() -> Value {
    json!({"purpose": "ask", "rate": {"seats": 4, "polite": 2}})
}

fn receiving(on_time: u8) -> Value {
    json!({"purpose": "receive", "rate": {"seats": 4, "polite": 2, "on_time": on_time}})
}

fn atom(number: u128, month: Period, tally: &Tally) -> Atom {
    Atom {
        unit: unit(number),
        month,
        class: ChannelClass::Desk,
        counts: tally.pack(),
        clusters: Vec::new(),
    }
}

/// A series of releases.
struct Series {
    version: Version,
    rules: Rules,
    periods: Vec<Period>,
    stored: BTreeMap<(UnitId, Period, Column), Row>,
}

impl Series {
    fn new(version: Version) -> Self {
        Self {
            version,
            rules: Rules::PUBLIC,
            periods: vec![JULY],
            stored: BTreeMap::new(),
        }
    }

    /// Makes a release and gives its new rows.
    fn release(&mut self, atoms: &[Atom]) -> Vec<Row> {
        let input = Input {
            version: &self.version,
            units: &units(),
            periods: &self.periods,
            rules: self.rules,
        };
        let previous = self.stored.values().cloned().collect();
        let rows = plan(input, atoms, previous).expect("a plan");
        for row in &rows {
            self.stored
                .insert((row.unit, row.period, row.column), row.clone());
        }
        rows
    }

    fn state(&self, number: u128, period: Period) -> Option<State> {
        self.stored[&(unit(number), period, ALL)].state
    }

    fn open(&self, number: u128, period: Period) -> Disclosed {
        let row = &self.stored[&(unit(number), period, ALL)];
        let opening = Opening {
            version: &self.version,
            selection: Selection::Open,
            minimum: 10,
        };
        open(&opening, row.state, &row.nodes, &row.items).expect("a cell")
    }

    fn figures(&self, number: u128, period: Period) -> Released<Figures> {
        match self.open(number, period) {
            Disclosed::Shown(figures) => *figures,
            Disclosed::Withheld(reason) => panic!("withheld: {reason:?}"),
        }
    }
}

/// 30, 20 and 12 people in the three communes.
fn july(version: &Version) -> Vec<Atom> {
    [(2, 30), (3, 20), (4, 12)]
        .map(|(number, count)| {
            atom(
                number,
                JULY,
                &tally(version, &[(count - 5, happy()), (5, unhappy())]),
            )
        })
        .to_vec()
}

#[test]
fn a_province_is_the_sum_of_its_communes() {
    let mut series = Series::new(fixture::small_version());
    let atoms = july(&series.version);
    series.release(&atoms);
    let figures = series.figures(1, JULY);
    assert_eq!(
        (figures.respondents, figures.responses, figures.answers),
        (62, 62, 124)
    );
    // 47 people satisfied with both, 15 with one of two.
    let share = figures.nodes[0].share.expect("a share");
    assert_eq!(
        (
            share.estimate.ratio.numerator(),
            share.estimate.ratio.denominator()
        ),
        (109, 124)
    );
    assert!(share.estimate.design_effect > Some(0.0));
    assert_eq!(
        figures.nodes[0]
            .all_satisfied
            .expect("a share")
            .estimate
            .ratio
            .numerator(),
        47
    );
    let seats = figures
        .items
        .iter()
        .find(|item| item.path == "rate.seats")
        .expect("an item");
    assert_eq!(seats.counts.as_ref().expect("shown").options, [0, 0, 0, 15, 47]);
    let mean = seats.mean.expect("a mean").estimate;
    assert!((mean.value - 295.0 / 62.0).abs() < 1e-12);
    // One criterion that nobody rated: there is no mean of all criteria, but one of the factor rated.
    assert!(figures.nodes[0].mean_of_criteria.is_none());
    assert!(figures.nodes.iter().any(|node| node.mean_of_criteria.is_some()));
    assert_eq!(series.open(5, JULY), Disclosed::Withheld(Reason::NotSampled));
    let json = serde_json::to_value(&figures).expect("JSON");
    assert_eq!(json["method"]["id"], "desk-rating-1");
    assert_eq!(json["selection"], "open");
    assert_eq!(
        json["nodes"][0]["share"]["covers"],
        "chance_without_self_selection"
    );
}

#[test]
fn without_items_a_table_of_units_is_still_complete() {
    let mut series = Series::new(fixture::small_version());
    let atoms = july(&series.version);
    series.release(&atoms);
    let whole = series.figures(2, JULY);
    let row = series.stored.get_mut(&(unit(2), JULY, ALL)).expect("a row");
    row.items.clear();
    let short = series.figures(2, JULY);
    assert!(short.items.is_empty());
    for (whole, short) in whole.nodes.iter().zip(&short.nodes) {
        assert_eq!(
            (whole.share, whole.mean, whole.respondents),
            (short.share, short.mean, short.respondents)
        );
    }
}

#[test]
fn nothing_new_is_nothing_to_write() {
    let mut series = Series::new(fixture::small_version());
    series.periods = periods(&[JULY], date!(2026 - 10 - 06), None, false);
    assert_eq!(series.periods, [Period::Quarter(2026, 3), JULY]);
    let atoms = july(&series.version);
    assert!(!series.release(&atoms).is_empty());
    assert_eq!(series.release(&atoms), []);
    assert_eq!(series.release(&[]), []);
}

#[test]
fn four_late_answers_wait_for_a_fifth() {
    let mut series = Series::new(fixture::small_version());
    let mut atoms = july(&series.version);
    series.release(&atoms);
    atoms[0] = atom(2, JULY, &tally(&series.version, &[(29, happy()), (5, unhappy())]));
    assert_eq!(series.release(&atoms), [], "34 instead of 30");
    atoms[0] = atom(2, JULY, &tally(&series.version, &[(30, happy()), (5, unhappy())]));
    let rows = series.release(&atoms[..1]);
    let mut moved: Vec<_> = rows
        .iter()
        .filter(|row| row.column == ALL)
        .map(|row| row.unit)
        .collect();
    moved.sort();
    assert_eq!(moved, [unit(1), unit(2)]);
    assert_eq!(series.figures(1, JULY).respondents, 67);
}

#[test]
fn an_exchange_of_answers_is_two_people() {
    let mut series = Series::new(fixture::small_version());
    let mut atoms = july(&series.version);
    series.release(&atoms);
    // Two excluded and two added with other answers: four people.
    atoms[0] = atom(2, JULY, &tally(&series.version, &[(23, happy()), (7, unhappy())]));
    assert_eq!(series.release(&atoms), []);
    atoms[0] = atom(2, JULY, &tally(&series.version, &[(22, happy()), (8, unhappy())]));
    assert!(!series.release(&atoms).is_empty());
}

#[test]
fn a_small_commune_hides_with_the_next_and_stays_hidden() {
    let mut series = Series::new(fixture::small_version());
    let mut atoms = july(&series.version);
    atoms[2] = atom(4, JULY, &tally(&series.version, &[(3, happy())]));
    series.release(&atoms);
    assert_eq!(series.state(2, JULY), None);
    assert_eq!(series.state(3, JULY), Some(State::Kept));
    assert_eq!(series.open(3, JULY), series.open(4, JULY));
    assert!(series.stored[&(unit(4), JULY, ALL)].nodes.is_empty());
    // Had it been shown with 15 later, 15 less the twelve by whom the province moved would have told of the three.
    atoms[2] = atom(4, JULY, &tally(&series.version, &[(15, happy())]));
    assert_eq!(series.release(&atoms), []);
    assert_eq!(series.state(4, JULY), Some(State::Kept));
    assert_eq!(series.figures(1, JULY).respondents, 53);
}

#[test]
fn a_campaign_too_small_to_show_enters_when_it_has_grown() {
    let mut series = Series::new(fixture::small_version());
    series.release(&[atom(2, JULY, &tally(&series.version, &[(6, happy())]))]);
    assert_eq!(series.state(1, JULY), Some(State::Hidden));
    series.release(&[atom(2, JULY, &tally(&series.version, &[(11, happy())]))]);
    assert_eq!(series.figures(1, JULY).respondents, 11);
}

#[test]
fn a_period_is_due_on_the_first_day_that_releases_it() {
    let months = [JULY, AUGUST];
    let all: Vec<Period> = months
        .into_iter()
        .flat_map(|month| [month].into_iter().chain(month.containing()))
        .collect();
    for closed in [None, Some(date!(2026 - 08 - 10)), Some(date!(2026 - 12 - 31))] {
        for &period in &all {
            let released = |day| periods(&months, day, closed, false).contains(&period);
            let Some(day) = due(period, closed) else {
                // Nobody knows when a campaign without an end is over.
                assert_eq!((period, closed), (Period::Campaign, None));
                continue;
            };
            assert!(released(day), "{period} on {day}");
            assert!(!released(day - Duration::days(1)), "{period} before {day}");
        }
    }
}

#[test]
fn an_unfinished_quarter_waits_and_a_live_demo_does_not() {
    let today = date!(2026 - 09 - 06);
    assert_eq!(periods(&[JULY, AUGUST], today, None, false), [JULY, AUGUST]);
    let unsettled = today - Duration::days(1);
    assert_eq!(periods(&[JULY, AUGUST], unsettled, None, false), [JULY]);
    let closed = Some(date!(2026 - 08 - 31));
    assert_eq!(periods(&[AUGUST], date!(2026 - 09 - 01), closed, false).len(), 4);
    let live = periods(&[JULY, AUGUST], today, None, true);
    assert_eq!(live.len(), 5);
    let mut series = Series::new(fixture::small_version());
    series.rules.live = true;
    series.periods = live;
    let mut atoms = july(&series.version);
    series.release(&atoms);
    atoms[0] = atom(2, JULY, &tally(&series.version, &[(26, happy()), (5, unhappy())]));
    let rows = series.release(&atoms);
    assert!(rows.iter().all(|row| !matches!(row.column, Column::Ledger(_))));
    assert_eq!(series.figures(1, Period::Campaign).respondents, 63);
}

#[test]
fn a_person_rating_two_units_is_one_person_above_them() {
    let version = fixture::small_version();
    let answers = json!({"purpose": "receive", "rate": {"seats": 5, "polite": 4, "on_time": 5}});
    let answers = fixture::answers_of(&version, &answers);
    let rated = Rated {
        served_at: unit(2),
        handled_by: Some(HandledBy {
            unit: unit(3),
            meeting: unit(1),
        }),
    };
    let mut by_unit: BTreeMap<UnitId, Tally> = BTreeMap::new();
    for _ in 0..20 {
        for (unit, tally) in contributions(&version, &answers, Status::Counted, rated) {
            by_unit
                .entry(unit)
                .or_insert_with(|| Tally::empty(version.layout()))
                .add(&tally);
        }
    }
    let atoms: Vec<_> = [1, 2, 3]
        .map(|number| atom(number, JULY, &by_unit[&unit(number)]))
        .to_vec();
    let mut series = Series::new(version);
    series.release(&atoms);
    // Twenty are taken back above, so province less communes would tell of the twenty: enough people.
    assert_eq!(series.figures(1, JULY).respondents, 20);
}

/// The small version with its first question marked so.
fn protected_version(mark: &str) -> Version {
    let mut definition = fixture::small_definition();
    definition["dimensions"] = json!([]);
    definition["sections"][0]["questions"][0][mark] = json!(true);
    Version::parse(&definition.to_string()).expect("a version")
}

#[test]
fn a_sensitive_or_delicate_question_needs_twenty_and_two_opinions() {
    for mark in ["sensitive", "delicate"] {
        needs_twenty_and_two_opinions(protected_version(mark));
    }
}

fn needs_twenty_and_two_opinions(version: Version) {
    let mut series = Series::new(version);
    let version = &series.version;
    let mixed = tally(version, &[(20, happy()), (30, receiving(4))]);
    let few = tally(version, &[(9, happy()), (9, receiving(4))]);
    let alike = tally(version, &[(40, happy())]);
    let atoms = [atom(2, JULY, &mixed), atom(3, JULY, &few), atom(4, JULY, &alike)];
    series.release(&atoms);
    let shows = |number| {
        let figures = series.figures(number, JULY);
        let purpose = figures
            .items
            .iter()
            .find(|item| item.path == "purpose")
            .expect("an item");
        let is_shown = |path: &str| {
            let mut items = figures.items.iter();
            items
                .find(|item| item.path == path)
                .expect("an item")
                .counts
                .is_some()
        };
        assert!(is_shown("rate.polite"), "the rest is shown");
        // How many were asked this is how many came to receive something.
        assert!(!is_shown("rate.on_time") || is_shown("purpose"));
        purpose.counts.is_some()
    };
    assert_eq!([1, 2, 3, 4].map(shows), [true, true, false, false]);
}

/// Whether the node or item of that name is shown in July.
fn shows(series: &Series, number: u128, name: &str) -> bool {
    let figures = series.figures(number, JULY);
    let of_node = figures
        .nodes
        .iter()
        .find(|node| node.id == name && !name.is_empty());
    let of_item = figures.items.iter().find(|item| item.path == name);
    let withheld = match (of_node, of_item) {
        (Some(node), _) => {
            assert_eq!(
                node.withheld.is_none(),
                node.respondents.is_some(),
                "nothing looks like zero"
            );
            node.withheld
        }
        (None, Some(item)) => {
            assert_eq!(
                item.withheld.is_none(),
                item.counts.is_some(),
                "nothing looks like zero"
            );
            item.withheld
        }
        (None, None) => panic!("there is no {name}"),
    };
    withheld.is_none()
}

/// So many people in each commune, and so many more who received a result.
fn receivers(version: &Version, counts: [(i64, i64); 3]) -> Vec<Atom> {
    let counts =
        counts.map(|(asking, receiving_)| tally(version, &[(asking, happy()), (receiving_, receiving(5))]));
    (2..)
        .zip(&counts)
        .map(|(number, counts)| atom(number, JULY, counts))
        .collect()
}

#[test]
fn three_raters_of_a_result_hide_it_with_another_factor_and_in_another_commune() {
    let mut series = Series::new(fixture::small_version());
    let atoms = receivers(&series.version, [(30, 20), (20, 12), (12, 3)]);
    series.release(&atoms);
    // All cells are shown, with their whole and their part.
    for number in 1..=4 {
        assert!(shows(&series, number, "service"));
        assert!(shows(&series, number, "officials") && shows(&series, number, "purpose"));
    }
    // The part less the rest would be the result, and the province less the others the third commune.
    for (number, is_shown) in [(1, true), (2, true), (3, false), (4, false)] {
        for name in ["result", "rate.on_time", "access", "rate.seats"] {
            assert_eq!(shows(&series, number, name), is_shown, "{name} in {number}");
        }
    }
    let figures = serde_json::to_value(series.figures(4, JULY)).expect("JSON");
    let result = figures["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .find(|node| node["id"] == "result");
    let result = result.expect("a factor");
    assert_eq!(
        (&result["withheld"], &result["respondents"]),
        (&json!("hidden"), &Value::Null)
    );
}

#[test]
fn what_was_hidden_of_a_cell_stays_hidden_when_more_come() {
    let mut series = Series::new(fixture::small_version());
    let version = series.version.clone();
    series.release(&receivers(&version, [(30, 20), (20, 12), (12, 3)]));
    // The province would move by twelve, and the fifteen less the twelve would be the three.
    series.release(&receivers(&version, [(30, 20), (20, 12), (12, 15)]));
    assert_eq!(series.figures(4, JULY).respondents, 15);
    // Those who received nothing tell nothing of them.
    series.release(&receivers(&version, [(30, 20), (20, 12), (24, 3)]));
    assert_eq!(series.figures(4, JULY).respondents, 27);
    assert!(!shows(&series, 4, "result") && !shows(&series, 3, "result"));
    assert!(shows(&series, 1, "result"));
}

#[test]
fn a_step_waits_until_nobody_or_five_were_asked_more() {
    let mut series = Series::new(fixture::small_version());
    let version = series.version.clone();
    series.release(&receivers(&version, [(30, 20), (20, 12), (12, 11)]));
    let waits = receivers(&version, [(37, 22), (20, 12), (12, 11)]);
    assert_eq!(series.release(&waits), [], "nine came, two of them for a result");
    let moves = receivers(&version, [(37, 25), (20, 12), (12, 11)]);
    assert!(!series.release(&moves).is_empty());
    assert_eq!(series.figures(2, JULY).respondents, 62);
}

#[test]
fn a_factor_that_nobody_was_asked_has_no_raters_and_says_so() {
    let mut series = Series::new(fixture::small_version());
    series.release(&receivers(&series.version.clone(), [(30, 20), (20, 12), (12, 0)]));
    let figures = series.figures(4, JULY);
    let result = figures
        .nodes
        .iter()
        .find(|node| node.id == "result")
        .expect("a factor");
    assert_eq!((result.withheld, result.respondents), (None, Some(0)));
}

#[test]
fn people_served_elsewhere_do_not_open_what_the_desk_was_rated() {
    let version = fixture::small_version();
    let answers = fixture::answers_of(&version, &receiving(5));
    let mut by_unit: BTreeMap<UnitId, Tally> = BTreeMap::new();
    let mut add = |served: u128, handled: u128, count: usize| {
        let rated = Rated {
            served_at: unit(served),
            handled_by: Some(HandledBy {
                unit: unit(handled),
                meeting: unit(1),
            }),
        };
        for _ in 0..count {
            for (unit, tally) in contributions(&version, &answers, Status::Counted, rated) {
                let sum = by_unit
                    .entry(unit)
                    .or_insert_with(|| Tally::empty(version.layout()));
                sum.add(&tally);
            }
        }
    };
    add(2, 4, 40);
    add(3, 3, 30);
    add(4, 4, 4);
    let atoms: Vec<_> = (1..=4)
        .filter_map(|number| Some(atom(number, JULY, by_unit.get(&unit(number))?)))
        .collect();
    let mut series = Series::new(version);
    series.release(&atoms);
    // Four were served in the fourth commune, and forty more had their dossiers decided there.
    assert_eq!(series.figures(4, JULY).respondents, 44);
    for name in ["access", "officials", "rate.polite", "purpose", "result"] {
        assert!(!shows(&series, 4, name), "{name}");
    }
}

/// The sums over two days of a desk, with forty people who are happy on one and forty who are not on the other.
fn two_days(version: &Version) -> Vec<u8> {
    let nodes = version.layout().nodes().len();
    let day = |answers: Value| -> Vec<Moments> {
        let day = tally(version, &[(40, answers)]);
        (0..nodes)
            .map(|node| day.moments(version.layout(), node))
            .collect()
    };
    let (good, bad) = (day(happy()), day(unhappy()));
    let clusters: Vec<_> = good
        .iter()
        .zip(&bad)
        .map(|(good, bad)| ClusterMoments::of(good) + ClusterMoments::of(bad))
        .collect();
    pack_clusters(&clusters)
}

#[test]
fn point_days_widen_the_interval_of_an_open_desk() {
    let version = fixture::small_version();
    let counts = tally(&version, &[(40, happy()), (40, unhappy())]);
    let mut atoms = [atom(2, JULY, &counts)];
    let mut series = Series::new(version.clone());
    series.release(&atoms);
    let plain = series.figures(2, JULY).nodes[0].share.expect("a share").estimate;
    atoms[0].clusters = two_days(&version);
    let mut series = Series::new(version);
    series.release(&atoms);
    let by_day = series.figures(2, JULY).nodes[0].share.expect("a share").estimate;
    assert_eq!(plain.ratio, by_day.ratio);
    assert!(by_day.interval.width() > plain.interval.width());
}

/// They are one figure, and one page prints both.
#[test]
fn a_factor_and_its_only_criterion_have_one_interval() {
    let version = fixture::small_version();
    let mut atom = atom(2, JULY, &tally(&version, &[(40, happy()), (40, unhappy())]));
    atom.clusters = two_days(&version);
    let mut series = Series::new(version);
    series.release(&[atom]);
    let figures = series.figures(2, JULY);
    for (factor, path) in [("access", "rate.seats"), ("officials", "rate.polite")] {
        let factor = figures.nodes.iter().find(|node| node.id == factor);
        let item = figures.items.iter().find(|item| item.path == path);
        let (factor, item) = (factor.expect("a factor"), item.expect("an item"));
        assert!(item.share.is_some() && item.mean.is_some(), "{path}");
        assert_eq!((item.share, item.mean), (factor.share, factor.mean), "{path}");
    }
    // Everybody of one day is content with the officials and nobody of the other.
    let polite = figures.items.iter().find(|item| item.path == "rate.polite");
    let share = polite.and_then(|item| item.share).expect("a share");
    assert_eq!(share.estimate.sampling_unit, SamplingUnit::PointDay);
}

#[test]
fn each_option_has_its_share_with_an_interval() {
    let mut series = Series::new(fixture::small_version());
    let counts = tally(&series.version, &[(30, happy()), (10, receiving(4))]);
    series.release(&[atom(2, JULY, &counts)]);
    let figures = series.figures(2, JULY);
    let item = |path: &str| {
        let mut items = figures.items.iter();
        items.find(|item| item.path == path).expect("an item")
    };
    let purpose = item("purpose");
    let ratios = purpose.option_shares.iter().map(|shown| shown.estimate.ratio);
    let ratios: Vec<_> = ratios
        .map(|ratio| (ratio.numerator(), ratio.denominator()))
        .collect();
    assert_eq!(ratios, [(10, 40), (30, 40)]);
    for shown in &purpose.option_shares {
        assert_eq!(shown.covers, Covers::ChanceWithoutSelfSelection);
        // Wilson with 40 people: 25 % is 14 to 40 %.
        assert!(
            (shown.estimate.interval.width() - 0.2601).abs() < 0.001,
            "{shown:?}"
        );
    }
    assert_eq!(item("rate.polite").option_shares.len(), 5);
    assert!(item("reasons").option_shares.is_empty(), "nobody was asked why");
}

#[test]
fn clusters_of_some_people_say_nothing_about_all() {
    let version = fixture::small_version();
    let counts = tally(&version, &[(40, happy()), (40, unhappy())]);
    let whole = |clusters: [Vec<u8>; 2]| {
        let mut atoms = [atom(2, JULY, &counts), atom(3, JULY, &counts)];
        for (atom, clusters) in atoms.iter_mut().zip(clusters) {
            atom.clusters = clusters;
        }
        let mut series = Series::new(version.clone());
        series.release(&atoms);
        [1, 2].map(|number| {
            series.figures(number, JULY).nodes[0]
                .share
                .expect("a share")
                .estimate
        })
    };
    let days = || two_days(&version);
    let [of_all, _] = whole([days(), days()]);
    let [of_some, commune] = whole([days(), Vec::new()]);
    let [of_none, _] = whole([Vec::new(), Vec::new()]);
    assert_eq!(of_all.sampling_unit, SamplingUnit::PointDay);
    assert_eq!(commune.sampling_unit, SamplingUnit::PointDay);
    assert_eq!(of_some.sampling_unit, SamplingUnit::Person);
    assert_eq!(of_some.interval, of_none.interval);
}

#[test]
fn what_cannot_be_is_refused() {
    let version = fixture::small_version();
    let release = |atoms: &[Atom], previous: &[Row]| {
        let input = Input {
            version: &version,
            units: &units(),
            periods: &[JULY],
            rules: Rules::PUBLIC,
        };
        plan(input, atoms, previous.to_vec())
    };
    let counts = tally(&version, &[(5, happy())]);
    assert_eq!(
        release(&[atom(9, JULY, &counts)], &[]),
        Err(PlanError::UnknownUnit(unit(9)))
    );
    let quarter = Period::Quarter(2026, 3);
    assert_eq!(
        release(&[atom(2, quarter, &counts)], &[]),
        Err(PlanError::NotAMonth(quarter))
    );
    let mut torn = atom(2, JULY, &counts);
    torn.counts.pop();
    assert!(matches!(release(&[torn], &[]), Err(PlanError::Corrupt(_))));
    assert_eq!(Rules::PUBLIC.grain, Grain::Quarter);

    let mut definition = fixture::small_definition();
    definition["method"] = json!("sipas-1001");
    let version = Version::parse(&definition.to_string()).expect("a version");
    let opening = Opening {
        version: &version,
        selection: Selection::Open,
        minimum: 10,
    };
    assert_eq!(
        open(&opening, None, &[], &[]),
        Err(OpenError::OpenSelection("sipas-1001"))
    );
}
