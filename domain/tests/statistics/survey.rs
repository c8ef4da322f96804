//! Ratio estimates against those of R's package `survey`, made by `tests/oracle/svyratio.R`.

use std::collections::BTreeMap;

use domain::estimate::{Design, pooled_mean, pooled_share};
use domain::interval::ScoreRange;
use domain::moments::{ClusterMoments, Moments};
use serde::Deserialize;

use crate::people::{Scores, clusters_of, total_of};

#[derive(Deserialize)]
struct Case {
    /// Stratum, village, scores.
    people: Vec<(u32, u32, Scores)>,
    persons: Found,
    strata: Found,
    clusters: Found,
    clusters_in_strata: Found,
}

/// What R found.
#[derive(Deserialize)]
struct Found {
    share: f64,
    share_variance: f64,
    mean: f64,
    mean_variance: f64,
}

impl Found {
    fn agrees(&self, design: Design<'_>) {
        let share = pooled_share(design).unwrap();
        let mean = pooled_mean(design, ScoreRange::ONE_TO_FIVE).unwrap();
        for (found, expected) in [
            (share.value, self.share),
            (share.variance.unwrap(), self.share_variance),
            (mean.value, self.mean),
            (mean.variance.unwrap(), self.mean_variance),
        ] {
            let difference = (found - expected).abs();
            assert!(
                difference <= 1e-12 * expected.abs(),
                "{found} and not {expected}: {design:?}"
            );
        }
    }
}

/// The moments of the people with each value of a key.
fn grouped<K: Ord>(case: &Case, key: impl Fn(u32, u32) -> K) -> BTreeMap<K, Moments> {
    let mut groups: BTreeMap<K, Moments> = BTreeMap::new();
    for (stratum, village, scores) in &case.people {
        *groups.entry(key(*stratum, *village)).or_default() += total_of([scores]);
    }
    groups
}

#[test]
fn shares_and_means_have_the_variance_of_the_survey_package() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../golden/svyratio.json")).unwrap();
    assert_eq!(cases.len(), 3);
    for case in &cases {
        let total = total_of(case.people.iter().map(|(_, _, scores)| scores));
        case.persons.agrees(Design::Persons(&total));
        let strata = grouped(case, |stratum, _| stratum);
        let moments: Vec<Moments> = strata.values().copied().collect();
        case.strata.agrees(Design::Strata(&moments));
        let villages = grouped(case, |stratum, village| (stratum, village));
        let whole = [(total, clusters_of(villages.values()))];
        case.clusters.agrees(Design::Clusters(&whole));
        let of_stratum = |stratum: &u32| {
            let own = villages.iter().filter(|((of, _), _)| of == stratum);
            clusters_of(own.map(|(_, moments)| moments))
        };
        let in_strata: Vec<(Moments, ClusterMoments)> = strata
            .iter()
            .map(|(stratum, moments)| (*moments, of_stratum(stratum)))
            .collect();
        case.clusters_in_strata.agrees(Design::Clusters(&in_strata));
    }
}
