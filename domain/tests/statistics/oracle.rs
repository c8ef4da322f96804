//! The figures against an independent computation in Python (`tests/oracle/check.py`).

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::criteria::{
    CriterionTotals, Group, mean_of_criteria_bound, mean_of_criteria_score, mean_of_criteria_share,
};
use domain::difference::Difference;
use domain::estimate::{Design, Estimate, all_satisfied_share, criterion_share, pooled_mean, pooled_share};
use domain::interval::ScoreRange;
use domain::moments::{ClusterMoments, Moments};
use domain::weighted::weighted_share;
use domain::{normal, student};
use serde::{Deserialize, Serialize};

use crate::people::{Population, Random, Scores, clusters_of, products_of, total_of};

#[derive(Clone, Serialize, Deserialize)]
struct Person {
    village: u32,
    stratum: u32,
    scores: Scores,
}

/// Respondents and what was found for them; saved whole when the two computations disagree.
#[derive(Clone, Serialize, Deserialize)]
struct Case {
    name: String,
    criteria: usize,
    people: Vec<Person>,
    #[serde(default)]
    found: Figures,
}

type Figures = BTreeMap<String, Option<f64>>;

#[derive(Serialize)]
struct Document {
    cases: Vec<Case>,
    quantiles: Vec<(f64, Option<i64>, f64)>,
}

#[derive(Deserialize)]
struct Disagreement {
    case: String,
}

fn put(figures: &mut Figures, name: &str, estimate: Option<&Estimate>, variance: bool) {
    let Some(estimate) = estimate else { return };
    let mut put = |field: &str, value| figures.insert(format!("{name}.{field}"), value);
    put("value", Some(estimate.value));
    put("low", Some(estimate.interval.low));
    put("high", Some(estimate.interval.high));
    if variance {
        put("variance", estimate.variance);
    }
    if let Some(effect) = estimate.design_effect {
        put("design_effect", Some(effect));
    }
}

fn put_difference(figures: &mut Figures, name: &str, difference: Option<Difference>) {
    let Some(difference) = difference else { return };
    figures.insert(format!("{name}.value"), Some(difference.value));
    figures.insert(format!("{name}.low"), Some(difference.interval.low));
    figures.insert(format!("{name}.high"), Some(difference.interval.high));
}

/// The moments of the people with each value of a key.
fn grouped<K: Ord>(case: &Case, key: impl Fn(&Person) -> K) -> BTreeMap<K, Moments> {
    let mut groups = BTreeMap::new();
    for person in &case.people {
        *groups.entry(key(person)).or_default() += total_of([&person.scores]);
    }
    groups.retain(|_, moments: &mut Moments| moments.respondents > 0);
    groups
}

fn figures_of(case: &Case) -> Figures {
    let scale = ScoreRange::ONE_TO_FIVE;
    let total = total_of(case.people.iter().map(|person| &person.scores));
    let mut figures = Figures::new();
    let Some(pooled) = pooled_share(Design::Persons(&total)) else {
        return figures;
    };
    for (name, count) in [("respondents", pooled.respondents), ("answers", pooled.answers)] {
        figures.insert(name.to_owned(), Some(f64::from(u32::try_from(count).unwrap())));
    }
    put(&mut figures, "pooled", Some(&pooled), true);
    put(
        &mut figures,
        "mean",
        pooled_mean(Design::Persons(&total), scale).as_ref(),
        true,
    );
    put(
        &mut figures,
        "all_satisfied",
        all_satisfied_share(&total).as_ref(),
        false,
    );

    let villages = grouped(case, |person| (person.stratum, person.village));
    let clusters = clusters_of(villages.values());
    let whole = [(total, clusters)];
    put(
        &mut figures,
        "clusters",
        pooled_share(Design::Clusters(&whole)).as_ref(),
        true,
    );
    put(
        &mut figures,
        "clusters_mean",
        pooled_mean(Design::Clusters(&whole), scale).as_ref(),
        true,
    );
    let open = Design::Open {
        persons: &total,
        point_days: &clusters,
    };
    put(&mut figures, "open", pooled_share(open).as_ref(), true);
    let strata = grouped(case, |person| person.stratum);
    let moments: Vec<Moments> = strata.values().copied().collect();
    put(
        &mut figures,
        "strata",
        pooled_share(Design::Strata(&moments)).as_ref(),
        true,
    );
    let within = |stratum: &u32| {
        let own = villages.iter().filter(|((of, _), _)| of == stratum);
        clusters_of(own.map(|(_, moments)| moments))
    };
    let in_strata: Vec<(Moments, ClusterMoments)> = strata
        .iter()
        .map(|(stratum, moments)| (*moments, within(stratum)))
        .collect();
    put(
        &mut figures,
        "clusters_strata",
        pooled_share(Design::Clusters(&in_strata)).as_ref(),
        true,
    );

    put_criteria(&mut figures, case, &total, &whole);
    let units: Vec<(i64, Estimate)> = strata
        .iter()
        .filter_map(|(stratum, moments)| {
            Some((i64::from(*stratum) + 1, pooled_share(Design::Persons(moments))?))
        })
        .collect();
    put(&mut figures, "weighted", weighted_share(&units).as_ref(), true);
    put_difference(
        &mut figures,
        "rest",
        Difference::from_rest_of(&moments[0], &total),
    );
    figures
}

/// Single criteria, their mean and the first two as a pair.
fn put_criteria(figures: &mut Figures, case: &Case, total: &Moments, villages: &[(Moments, ClusterMoments)]) {
    let respondents = total.respondents;
    let products = products_of(case.criteria, case.people.iter().map(|person| &person.scores));
    let criteria: Vec<usize> = (0..case.criteria).collect();
    let by_criterion: Vec<CriterionTotals> = criteria
        .iter()
        .map(|&criterion| CriterionTotals {
            respondents: products.answered(criterion),
            satisfied: products.satisfied(criterion),
        })
        .collect();
    if by_criterion.iter().all(|totals| totals.respondents > 0) {
        let first = criterion_share(by_criterion[0].satisfied, by_criterion[0].respondents).map(|estimate| {
            Estimate {
                design_effect: None,
                ..estimate
            }
        });
        put(figures, "criterion", first.as_ref(), false);
        if case.criteria > 1 {
            put_difference(figures, "paired", Difference::paired(&products, 0, 1));
        }
    }
    put(
        figures,
        "criteria",
        mean_of_criteria_share(&products, &criteria, respondents, 1).as_ref(),
        true,
    );
    let means = mean_of_criteria_score(&products, &criteria, respondents, 1, ScoreRange::ONE_TO_FIVE);
    put(figures, "criteria_mean", means.as_ref(), true);
    for (name, design) in [
        ("bound", Design::Persons(total)),
        ("clusters_bound", Design::Clusters(villages)),
    ] {
        let node = Group {
            design,
            criteria: &by_criterion,
            rates_two: false,
        };
        put(
            figures,
            name,
            mean_of_criteria_bound(&node, &[], 2).as_ref(),
            true,
        );
    }
}

fn invent(random: &mut Random, name: String) -> Case {
    // Mostly short questionnaires, now and then the 39 criteria of SIPAS.
    let longest = random.pick([8, 8, 8, 39]);
    let criteria = 1 + random.below(longest);
    let population = Population {
        person: random.between(0.0, 0.7),
        village: random.between(0.0, 0.25),
        missing: if random.below(3) == 0 {
            0.0
        } else {
            random.between(0.0, 0.6)
        },
        shares: (0..criteria).map(|_| random.between(0.3, 0.99)).collect(),
    };
    let cuts = population.cuts();
    let (strata, villages) = (1 + random.below(3), 1 + random.below(8));
    let most = random.pick([3, 20, 60, 300]);
    let effects: Vec<f64> = (0..strata * villages).map(|_| random.normal()).collect();
    let people = (0..=random.below(most)).map(|_| {
        let stratum = random.below(strata);
        let village = stratum * villages + random.below(villages);
        let effect = effects[usize::try_from(village).unwrap()];
        Person {
            village,
            stratum,
            scores: population.draw(random, &cuts, effect),
        }
    });
    let people = people.collect();
    Case {
        name,
        criteria: cuts.len(),
        people,
        found: Figures::new(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told by its environment, and has no other clock"
)]
fn surroundings() -> (u64, Option<PathBuf>, bool) {
    let seed = env::var("NGHE_DAN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos()) ^ (now.as_secs() << 20)
    });
    let named = env::var("NGHE_DAN_PYTHON").ok().map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/venv/bin/python3");
    let python = named.or_else(|| usual.exists().then_some(usual));
    (seed, python, env::var("CI").is_ok_and(|value| value == "true"))
}

/// Written past the capture of the test harness: a seed, or a skipped test, must be seen when all is well, too.
fn say(line: &str) {
    let mut terminal = std::io::stderr();
    writeln!(terminal, "{line}").unwrap();
}

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/oracle")
}

/// The cases on which the two computations once disagreed.
fn kept_cases() -> Vec<Case> {
    let Ok(folder) = fs::read_dir(kept()) else {
        return Vec::new();
    };
    let paths = folder.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files
        .map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        .collect()
}

#[test]
fn agrees_with_an_independent_computation() {
    let (seed, python, ci) = surroundings();
    let Some(python) = python else {
        assert!(
            !ci,
            "no Python for the independent computation; see tests/oracle/README.md"
        );
        say("SKIPPED: no Python for the independent computation; see domain/tests/oracle/README.md");
        return;
    };
    say(&format!("independent computation with seed {seed}"));
    let mut random = Random(seed);
    let mut cases = kept_cases();
    cases.extend((0..60).map(|index| invent(&mut random, format!("seed-{seed}-{index}"))));
    for case in &mut cases {
        case.found = figures_of(case);
    }
    let mut quantiles = Vec::new();
    for _ in 0..200 {
        let probability = random.between(0.0001, 0.9999);
        let most = random.pick([5, 30, 100, 5000]);
        let freedom = i64::from(1 + random.below(most));
        quantiles.push((
            probability,
            Some(freedom),
            student::quantile(probability, freedom),
        ));
        quantiles.push((0.975, Some(freedom), student::t95(freedom)));
        quantiles.push((probability, None, normal::quantile(probability)));
    }
    let document = Document { cases, quantiles };

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/check.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python named for the independent computation starts");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&serde_json::to_vec(&document).unwrap())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "check.py failed: {}", output.status);
    let report = String::from_utf8(output.stdout).unwrap();
    for line in report.lines() {
        let disagreement: Disagreement = serde_json::from_str(line).unwrap();
        if let Some(case) = document.cases.iter().find(|case| case.name == disagreement.case) {
            fs::create_dir_all(kept()).unwrap();
            let file = kept().join(format!("{}.json", case.name));
            let people = Case {
                found: Figures::new(),
                ..case.clone()
            };
            fs::write(file, serde_json::to_string(&people).unwrap()).unwrap();
        }
    }
    assert!(
        report.is_empty(),
        "seed {seed}; the cases were kept in tests/golden/oracle:\n{report}"
    );
}
