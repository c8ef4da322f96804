//! Attacks on series of releases, by someone who has kept all of them.
//!
//! Random small campaigns are released month after month, while late answers come in and others are taken
//! out. Two questions are asked of everything that was published together: can a difference of two published
//! cells, of one release or of two, tell about a few people; and how well do linear programmes
//! (`tests/oracle/attack.py`, with scipy) bound what is hidden. Both are asked of cells and of a factor that
//! only some of the people in a cell rated.

mod fixture;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use domain::channel::ChannelClass;
use domain::id::UnitId;
use domain::method::Selection;
use domain::period::Period;
use domain::questionnaire::Version;
use domain::release::{
    Atom, Column, Disclosed, Input, Opening, Row, Rules, State, Units, open, periods, plan,
};
use domain::status::Status;
use domain::tally::{Rated, Tally, contributions};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;
use uuid::Uuid;

const MONTHS: [Period; 5] = [
    Period::Month(2026, 7),
    Period::Month(2026, 8),
    Period::Month(2026, 9),
    Period::Month(2026, 10),
    Period::Month(2026, 11),
];
/// Mornings on which releases are made; the campaign is closed before the last.
const MORNINGS: [Date; 5] = [
    date!(2026 - 08 - 06),
    date!(2026 - 09 - 06),
    date!(2026 - 10 - 06),
    date!(2026 - 11 - 06),
    date!(2026 - 12 - 05),
];
const CLOSED: Date = date!(2026 - 12 - 04);
/// Campaigns in which late answers and exclusions told of two people, until that nobody had answered was taken
/// as known, and whatever overlaps a shown cell as hidden for good.
const BROKE_EARLIER_RULES: [u64; 2] = [900_002, 901_139];
const CLASSES: [ChannelClass; 2] = [ChannelClass::Desk, ChannelClass::Online];

/// `SplitMix64`, so that an instance is known by its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

type AtomKey = (usize, Period, ChannelClass);
type CellKey = (UnitId, Period, Column);

/// A campaign and everybody in it, by the atom that counts them.
struct World {
    version: Version,
    /// Whether some came for a result, and rate it.
    receive: bool,
    asker: Tally,
    receiver: Tally,
    ids: Vec<UnitId>,
    above: Vec<Option<usize>>,
    units: Units,
    people: BTreeMap<AtomKey, BTreeSet<u32>>,
    born: u32,
}

impl World {
    fn new(random: &mut Random, receive: bool) -> Self {
        let version = fixture::small_version();
        let count = 4 + random.below(6);
        let ids: Vec<_> = (0..count)
            .map(|unit| UnitId(Uuid::from_u128(u128::from(unit) + 1)))
            .collect();
        let above: Vec<_> = (0..count)
            .map(|unit| (unit > 0).then(|| usize::try_from(random.below(unit.min(3))).expect("small")))
            .collect();
        let rows: Vec<_> = ids
            .iter()
            .zip(&above)
            .map(|(&id, above)| (id, above.map(|above| ids[above]), true))
            .collect();
        let rated = Rated {
            served_at: ids[0],
            handled_by: None,
        };
        let person = |answers: Value| {
            let answers = fixture::answers_of(&version, &answers);
            contributions(&version, &answers, Status::Counted, rated)
                .remove(0)
                .1
        };
        let mut world = Self {
            asker: person(json!({"purpose": "ask", "rate": {"seats": 5, "polite": 4}})),
            receiver: person(json!({"purpose": "receive", "rate": {"seats": 5, "polite": 4, "on_time": 5}})),
            version,
            receive,
            units: Units::new(&rows),
            ids,
            above,
            people: BTreeMap::new(),
            born: 0,
        };
        for unit in 0..world.ids.len() {
            let is_leaf = !world.above.contains(&Some(unit));
            if !is_leaf && random.below(4) > 0 {
                continue;
            }
            let scale = [4, 8, 14, 30][usize::try_from(random.below(4)).expect("small")];
            for month in MONTHS {
                for class in CLASSES {
                    // Sometimes nobody, which only those know who are told.
                    let count = random.below(scale) * random.below(4).min(1);
                    world.add((unit, month, class), count);
                }
            }
        }
        world
    }

    fn add(&mut self, key: AtomKey, count: u64) {
        let people = self.people.entry(key).or_default();
        for _ in 0..count {
            people.insert(self.born);
            self.born += 1;
        }
    }

    /// Late answers and exclusions, here and there.
    fn stir(&mut self, random: &mut Random) {
        let keys: Vec<_> = self.people.keys().copied().collect();
        for key in keys {
            match random.below(6) {
                0 => {
                    let count = random.below(12);
                    self.add(key, count);
                }
                1 => {
                    for _ in 0..random.below(9) {
                        self.people.entry(key).or_default().pop_first();
                    }
                }
                _ => {}
            }
        }
    }

    fn atoms(&self) -> Vec<Atom> {
        let atom = |(&(unit, month, class), people): (&AtomKey, &BTreeSet<u32>)| {
            let mut tally = Tally::empty(self.version.layout());
            for &person in people {
                tally.add(if self.receives(person) {
                    &self.receiver
                } else {
                    &self.asker
                });
            }
            Atom {
                unit: self.ids[unit],
                month,
                class,
                counts: tally.pack(),
                clusters: Vec::new(),
            }
        };
        self.people.iter().map(atom).collect()
    }

    /// Whether the person rated the result: in half of the atoms a few did, in the others many.
    fn receives(&self, person: u32) -> bool {
        self.receive && person % 16 < [3, 9][usize::try_from(person / 64 % 2).expect("small")]
    }

    fn receivers(&self, people: &BTreeSet<u32>) -> BTreeSet<u32> {
        let people = people.iter().copied();
        people.filter(|&person| self.receives(person)).collect()
    }

    /// Whether the second cell lies in the first by what they are called.
    fn contains(&self, outer: (usize, Period, Column), inner: (usize, Period, Column)) -> bool {
        let columns = outer.2 == Column::All || outer.2 == inner.2;
        columns && outer.1.contains(inner.1) && self.is_in(inner.0, outer.0)
    }

    fn is_in(&self, mut unit: usize, top: usize) -> bool {
        loop {
            if unit == top {
                return true;
            }
            match self.above[unit] {
                Some(above) => unit = above,
                None => return false,
            }
        }
    }
}

/// A number of people that was published, or that there was nobody.
struct Published {
    key: (usize, Period, Column),
    release: usize,
    name: String,
    terms: Vec<usize>,
    people: BTreeSet<u32>,
}

/// Everything that somebody who kept each release knows, and what they would like to know.
#[derive(Default)]
struct History {
    stored: BTreeMap<CellKey, Row>,
    /// The people that releases have taken, and the variable that stands for their number.
    taken: HashMap<AtomKey, (usize, BTreeSet<u32>)>,
    variables: usize,
    /// Something that was shown had to be hidden.
    withdrawn: bool,
    cells: Figure,
    /// The factor that only some rated. An odd variable stands for its ratings in an atom, the even one before
    /// for those of the factor that is hidden with it.
    results: Figure,
}

/// What is published of one kind of number, and what is not.
#[derive(Default)]
struct Figure {
    published: Vec<Published>,
    /// Sums of variables that are known besides, and their values.
    sums: Vec<(Vec<usize>, usize)>,
    /// What to look for: a name, variables, and the people.
    hidden: Vec<(String, Vec<usize>, usize)>,
}

impl History {
    fn release(&mut self, world: &World, number: usize) {
        let today = MORNINGS[number];
        let closed = (today > CLOSED).then_some(CLOSED);
        let released = periods(&MONTHS, today, closed, false);
        let previous = self.stored.values().cloned().collect();
        let input = Input {
            version: &world.version,
            units: &world.units,
            periods: &released,
            rules: Rules::PUBLIC,
        };
        for row in plan(input, &world.atoms(), previous).expect("a plan") {
            if let Column::Ledger(class) = row.column {
                let unit = world.ids.iter().position(|id| *id == row.unit).expect("a unit");
                let key = (unit, row.period, class);
                self.taken
                    .insert(key, (self.variables, world.people[&key].clone()));
                self.variables += 1;
            }
            self.stored.insert((row.unit, row.period, row.column), row);
        }
        for (&(id, period, column), row) in &self.stored {
            let class = match column {
                Column::All => None,
                Column::Class(class) => Some(class),
                Column::Ledger(_) => continue,
            };
            let top = world.ids.iter().position(|known| *known == id).expect("a unit");
            let (mut terms, mut people) = (Vec::new(), BTreeSet::new());
            for (&(unit, month, found), (variable, taken)) in &self.taken {
                let inside = period.contains(month) && class.is_none_or(|class| class == found);
                if inside && world.is_in(unit, top) {
                    terms.push(*variable);
                    people.extend(taken);
                }
            }
            terms.sort_unstable();
            let name = format!("release {number}: unit {top}, {period}, {column}");
            let key = (top, period, column);
            if row.state.is_none() {
                self.results.open(world, row, key, number, &name, &terms, &people);
            } else if world.receive && !terms.is_empty() && row.state != Some(State::NoAnswers) {
                let raters = world.receivers(&people).len();
                let ratings = terms.iter().map(|term| 2 * term + 1).collect();
                self.results.hidden.push((name.clone(), ratings, raters));
            }
            self.withdrawn |= row.state == Some(State::Withdrawn);
            match row.state {
                None | Some(State::NoAnswers) => {
                    let count = if row.state.is_none() { people.len() } else { 0 };
                    assert_eq!(count, people.len(), "{name}: sums are exact");
                    self.cells.published.push(Published {
                        key,
                        release: number,
                        name,
                        terms,
                        people,
                    });
                }
                // Once shown, it is known to those who kept it; what is left are enough people to differ by.
                Some(State::Withdrawn) => assert!(people.is_empty() || people.len() >= 5, "{people:?}"),
                Some(_) if !terms.is_empty() => {
                    self.cells.hidden.push((name, terms, people.len()));
                }
                Some(_) => {}
            }
        }
    }
}

impl Figure {
    /// Takes note of what a shown cell tells of its factors.
    #[expect(clippy::too_many_arguments, reason = "they are what is known of one cell")]
    fn open(
        &mut self,
        world: &World,
        row: &Row,
        key: (usize, Period, Column),
        release: usize,
        name: &str,
        terms: &[usize],
        people: &BTreeSet<u32>,
    ) {
        let opening = Opening {
            version: &world.version,
            selection: Selection::Open,
            minimum: 10,
        };
        let Disclosed::Shown(figures) = open(&opening, None, &row.nodes, &row.items).expect("a cell") else {
            panic!("{name} is shown");
        };
        assert_eq!(
            figures.responses,
            i64::try_from(people.len()).expect("few"),
            "{name}: sums are exact"
        );
        if !world.receive {
            return;
        }
        let node = |id: &str| figures.nodes.iter().find(|node| node.id == id).expect("a factor");
        let ratings: Vec<usize> = terms.iter().map(|term| 2 * term + 1).collect();
        let beside: Vec<usize> = terms.iter().map(|term| 2 * term).collect();
        let raters = world.receivers(people);
        // The whole less the other factors is what these two have together.
        let both = [ratings.clone(), beside.clone()].concat();
        self.sums.push((both, people.len() + raters.len()));
        if let Some(count) = node("access").respondents {
            assert_eq!(count, i64::try_from(people.len()).expect("few"), "{name}");
            self.sums.push((beside, people.len()));
        }
        let name = format!("{name}: result");
        match node("result").respondents {
            Some(count) => {
                assert_eq!(count, i64::try_from(raters.len()).expect("few"), "{name}");
                self.published.push(Published {
                    key,
                    release,
                    name,
                    terms: ratings,
                    people: raters,
                });
            }
            None if raters.is_empty() => {}
            None => self.hidden.push((name, ratings, raters.len())),
        }
    }
}

fn scenario_of(seed: u64) -> Scenario {
    [Scenario::Once, Scenario::Monthly, Scenario::Stirred][usize::try_from(seed % 3).expect("small")]
}

/// How a campaign is released.
#[derive(Clone, Copy, Debug)]
enum Scenario {
    /// Once, when it is over.
    Once,
    /// Month after month, without late answers or exclusions.
    Monthly,
    /// Month after month, with them.
    Stirred,
}

/// What is attacked.
#[derive(Clone, Copy, Debug)]
struct Attack {
    scenario: Scenario,
    /// Some people rate a factor that others are not asked.
    receive: bool,
}

impl Attack {
    fn all(seed: u64) -> impl Iterator<Item = Self> {
        let scenario = scenario_of(seed);
        [false, true]
            .into_iter()
            .map(move |receive| Self { scenario, receive })
    }

    /// Hidden cells with fewer people than the first number are never known better than within the second.
    ///
    /// Where exclusions took people out of a shown cell until it had to be withdrawn, who has the older release
    /// knows what is left: five people or more, see [`domain::release::Rules::change`], but never fewer.
    const fn protects(withdrawn: bool) -> (usize, i64) {
        if withdrawn { (5, 3) } else { (10, 5) }
    }

    fn history(self, seed: u64) -> (World, History) {
        let mut random = Random(seed);
        let mut world = World::new(&mut random, self.receive);
        let mut history = History::default();
        for number in 0..MORNINGS.len() {
            if !matches!(self.scenario, Scenario::Once) || number + 1 == MORNINGS.len() {
                history.release(&world, number);
            }
            if matches!(self.scenario, Scenario::Stirred) {
                world.stir(&mut random);
            }
        }
        (world, history)
    }
}

/// A set of people as bits, for many comparisons.
fn bits(people: &BTreeSet<u32>, born: u32) -> Vec<u64> {
    let mut words = vec![0; usize::try_from(born / 64 + 1).expect("small")];
    for &person in people {
        words[usize::try_from(person / 64).expect("small")] |= 1 << (person % 64);
    }
    words
}

#[test]
fn no_difference_of_two_published_cells_is_a_few_people() {
    let first = number("NGHE_DAN_ATTACK_FROM", 0);
    for seed in first..first + number("NGHE_DAN_ATTACKS", 60) {
        for attack in Attack::all(seed) {
            let (world, history) = attack.history(seed);
            for figure in [&history.cells, &history.results] {
                differences(&world, figure, attack, seed);
            }
        }
    }
}

fn differences(world: &World, figure: &Figure, attack: Attack, seed: u64) {
    let fewest = u32::try_from(Rules::PUBLIC.threshold).expect("small");
    let cells: Vec<_> = figure
        .published
        .iter()
        .map(|cell| (bits(&cell.people, world.born), cell))
        .collect();
    for (inner, small) in &cells {
        for (outer, large) in &cells {
            let size = difference(inner, outer);
            if small.key == large.key {
                // The same cell in two releases: who came, and who was taken out. All answer alike here, so
                // an exchange of as many people is no difference.
                assert!(
                    small.people.len() == large.people.len() || size + difference(outer, inner) >= 5,
                    "{attack:?}, seed {seed}: {} and {}",
                    small.name,
                    large.name
                );
            } else if small.release == large.release && world.contains(large.key, small.key) {
                let rest = difference(outer, inner);
                assert!(
                    rest == 0 || rest >= fewest || small.people.is_empty(),
                    "{attack:?}, seed {seed}: {rest} people are in {} and not in {}",
                    large.name,
                    small.name
                );
            }
        }
    }
}

/// How many people are in the first set and not in the second.
fn difference(first: &[u64], second: &[u64]) -> u32 {
    first
        .iter()
        .zip(second)
        .map(|(first, second)| (first & !second).count_ones())
        .sum()
}

/// The interpreter, when there is one with scipy; continuous integration must have it.
fn python() -> Option<PathBuf> {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/venv/bin/python3");
    let found = variable("NGHE_DAN_PYTHON")
        .map(PathBuf::from)
        .or_else(|| usual.exists().then_some(usual));
    assert!(
        found.is_some() || variable("CI").as_deref() != Some("true"),
        "continuous integration needs Python with scipy: set NGHE_DAN_PYTHON"
    );
    found
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment what to run"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

#[test]
fn linear_programmes_do_not_find_what_is_hidden() {
    #![expect(clippy::print_stderr, reason = "a skipped test says so")]
    let Some(python) = python() else {
        eprintln!("skipped: no Python with scipy; set NGHE_DAN_PYTHON or run `cargo xtask test`");
        return;
    };
    let first = number("NGHE_DAN_ATTACK_FROM", 1000);
    let instances: Vec<Value> = BROKE_EARLIER_RULES
        .into_iter()
        .chain(first..first + number("NGHE_DAN_ATTACKS", 40))
        .flat_map(|seed| Attack::all(seed).flat_map(move |attack| programmes(attack, seed)))
        .collect();
    let document = json!({"instances": instances});
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/attack.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter starts");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(document.to_string().as_bytes())
        .expect("the document is read");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "attack.py failed");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    let (summary, holes) = lines.split_last().expect("a summary");
    let summary: Value = serde_json::from_str(summary).expect("JSON");
    assert!(
        summary["programmes"].as_u64() > Some(100),
        "nothing was attacked: {summary}"
    );
    assert!(
        holes.is_empty(),
        "{} cells are known too well, such as {:?}",
        holes.len(),
        &holes
    );
}

/// The programmes against one campaign: what is known, and what to look for.
fn programmes(attack: Attack, seed: u64) -> Vec<Value> {
    let (_, history) = attack.history(seed);
    let kinds = [("cells", &history.cells, 1), ("results", &history.results, 2)];
    let programme = |(kind, figure, width): (&str, &Figure, usize)| {
        let mut random = Random(seed);
        let (fewest, protection) = Attack::protects(history.withdrawn);
        let mut small: Vec<_> = figure
            .hidden
            .iter()
            .filter(|cell| (1..fewest).contains(&cell.2))
            .collect();
        let mut targets = Vec::new();
        while targets.len() < 10 && !small.is_empty() {
            let pick = random.below(small.len() as u64);
            let (name, terms, value) = small.swap_remove(usize::try_from(pick).expect("small"));
            targets.push(json!({
                "name": name, "terms": terms, "value": value, "protection": protection,
            }));
        }
        let published = figure.published.iter();
        let published = published.map(|cell| (cell.name.as_str(), &cell.terms, cell.people.len()));
        let sums = figure.sums.iter().map(|(terms, sum)| ("a sum", terms, *sum));
        let published: Vec<_> = published
            .chain(sums)
            .map(|(name, terms, sum)| json!({"name": name, "terms": terms, "sum": sum}))
            .collect();
        json!({
            "name": format!("{attack:?} {kind} {seed}"), "variables": history.variables * width,
            "published": published, "hidden": targets,
        })
    };
    kinds.into_iter().map(programme).collect()
}

/// A number from the environment, for more attacks or others than a test run has time for.
fn number(name: &str, usual: u64) -> u64 {
    variable(name).and_then(|text| text.parse().ok()).unwrap_or(usual)
}
