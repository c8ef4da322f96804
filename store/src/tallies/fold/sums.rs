//! What the responses of one unit come to, by month, version, channel class and report dimensions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::answer::Answers;
use domain::cross::{CrossProducts, Rating};
use domain::id::UnitId;
use domain::layout::Layout;
use domain::moments::{ClusterMoments, Moments};
use domain::questionnaire::{Rates, Version};
use domain::release::pack_clusters;
use domain::tally::{self, Rated, Tally};
use uuid::Uuid;

use super::{ALL, Packed, Split, UNANSWERED, pack_cross};
use crate::StoreError;
use crate::tallies::place::Place;
use crate::tallies::rows::{CountRow, Versions};

/// Moments of every node, added up over people who belong together.
type Nodes = Vec<Moments>;

/// The sums of one split.
struct Part {
    version: Arc<Version>,
    tally: Tally,
    point_days: HashMap<(i32, Uuid), Nodes>,
    clusters: HashMap<String, Nodes>,
    cross: CrossProducts,
}

/// The sums of one unit.
pub(super) struct Sums<'a> {
    unit: UnitId,
    versions: &'a Versions,
    parts: BTreeMap<Split, Part>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(unit: UnitId, versions: &'a Versions) -> Self {
        Self {
            unit,
            versions,
            parts: BTreeMap::new(),
        }
    }

    /// Adds what a response counts under the unit.
    pub(super) fn add(&mut self, row: &CountRow, month: i32) -> Result<(), StoreError> {
        let Some(counted) = row.counted(self.versions)? else {
            return Ok(());
        };
        let (version, answers) = (counted.version, &counted.answers);
        let contributions = tally::contributions(version, answers, counted.status, counted.rated);
        let Some((_, tally)) = contributions.into_iter().find(|(unit, _)| *unit == self.unit) else {
            return Ok(());
        };
        let [dim1, dim2] = dimensions(version, answers);
        let split = Split {
            month,
            version: counted.version_id.0,
            channel: counted.channel.code(),
            dim1,
            dim2,
        };
        let layout = version.layout();
        let part = self.parts.entry(split).or_insert_with(|| Part {
            version: Arc::clone(version),
            tally: Tally::empty(layout),
            point_days: HashMap::new(),
            clusters: HashMap::new(),
            cross: CrossProducts::new(layout.criteria()),
        });
        part.tally.add(&tally);
        add_nodes(
            part.point_days.entry((row.answered_on, row.point)).or_default(),
            layout,
            &tally,
        );
        if let Some(cluster) = &row.sampling_cluster {
            add_nodes(part.clusters.entry(cluster.clone()).or_default(), layout, &tally);
        }
        add_products(&mut part.cross, self.unit, version, answers, counted.rated);
        Ok(())
    }

    /// The point-day sums of one day tally.
    pub(super) fn point_days(&self, place: &Place) -> Vec<ClusterMoments> {
        let mut points: HashMap<Uuid, Nodes> = HashMap::new();
        let of_day = |split: &Split| (split.version, split.channel) == (place.version, place.channel);
        for part in self
            .parts
            .iter()
            .filter(|(split, _)| of_day(split))
            .map(|(_, part)| part)
        {
            for ((day, point), nodes) in &part.point_days {
                if *day == place.day {
                    merge(points.entry(*point).or_default(), nodes);
                }
            }
        }
        squared(points.values())
    }

    /// The sums over sampling clusters of a split, or of all splits of a whole row, whose counts are those given.
    pub(super) fn samples(&self, of: &Split, counts: &Tally, layout: &Layout) -> Vec<ClusterMoments> {
        let mut clusters: HashMap<&str, Nodes> = HashMap::new();
        for (split, part) in &self.parts {
            let same_cell = (split.month, split.version, split.channel) == (of.month, of.version, of.channel);
            if same_cell && (of.is_whole() || split == of) {
                for (cluster, nodes) in &part.clusters {
                    merge(clusters.entry(cluster).or_default(), nodes);
                }
            }
        }
        sampled(&clusters, counts, layout)
    }

    /// The rows by report dimensions.
    pub(super) fn splits(&self) -> impl Iterator<Item = (Split, Packed)> + '_ {
        self.parts.iter().map(|(split, part)| {
            let samples = sampled(&part.clusters, &part.tally, part.version.layout());
            let packed = Packed {
                counts: part.tally.pack(),
                clusters: pack_clusters(&squared(part.point_days.values())),
                samples: pack_clusters(&samples),
            };
            (*split, packed)
        })
    }

    /// The cross-products by the first report dimension.
    pub(super) fn cross(&self) -> impl Iterator<Item = (Split, Vec<u8>)> {
        let mut sums: BTreeMap<Split, CrossProducts> = BTreeMap::new();
        for (split, part) in &self.parts {
            let split = Split { dim2: ALL, ..*split };
            let criteria = part.version.layout().criteria();
            *sums.entry(split).or_insert_with(|| CrossProducts::new(criteria)) += &part.cross;
        }
        sums.into_iter()
            .map(|(split, products)| (split, pack_cross(&products)))
    }
}

/// The values of the version's report dimensions; [`ALL`] where it has none.
fn dimensions(version: &Version, answers: &Answers) -> [i16; 2] {
    let given = version.definition().dimensions.len();
    let chosen = answers.dimensions(version);
    [0, 1].map(|index| {
        if index < given {
            chosen[index].map_or(UNANSWERED, i16::from)
        } else {
            ALL
        }
    })
}

fn add_nodes(nodes: &mut Nodes, layout: &Layout, tally: &Tally) {
    nodes.resize(layout.nodes().len(), Moments::default());
    for (index, node) in nodes.iter_mut().enumerate() {
        *node += tally.moments(layout, index);
    }
}

fn merge(nodes: &mut Nodes, other: &Nodes) {
    nodes.resize(other.len(), Moments::default());
    for (node, more) in nodes.iter_mut().zip(other) {
        *node += *more;
    }
}

/// The sums over sampling clusters of a row: none when somebody in the counts belongs to no cluster, as squares over
/// the clusters of some people do not go with the totals of all.
fn sampled<K>(clusters: &HashMap<K, Nodes>, counts: &Tally, layout: &Layout) -> Vec<ClusterMoments> {
    let is_of_everybody = (0..layout.nodes().len()).all(|node| {
        let of_clusters: Moments = clusters.values().map(|nodes| nodes[node]).sum();
        of_clusters == counts.moments(layout, node)
    });
    if is_of_everybody {
        squared(clusters.values())
    } else {
        Vec::new()
    }
}

/// Each group squared as a whole, and added up.
fn squared<'n>(groups: impl Iterator<Item = &'n Nodes>) -> Vec<ClusterMoments> {
    let mut sums = Vec::new();
    for nodes in groups {
        let squares: Vec<ClusterMoments> = nodes.iter().map(ClusterMoments::of).collect();
        add_clusters(&mut sums, &squares);
    }
    sums
}

/// Adds the sums of other clusters, node by node; nothing stands for no clusters.
pub(super) fn add_clusters(sums: &mut Vec<ClusterMoments>, more: &[ClusterMoments]) {
    if sums.len() < more.len() {
        sums.resize(more.len(), ClusterMoments::default());
    }
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += *more;
    }
}

/// Adds the products of the criteria that rate this unit, as [`tally::contributions`] adds the moments: where
/// two units are rated, the unit where their trees meet gets the products between them.
fn add_products(cross: &mut CrossProducts, unit: UnitId, version: &Version, answers: &Answers, rated: Rated) {
    let ratings = |rates: Option<Rates>| -> Vec<Option<Rating>> {
        let mut all = vec![None; version.layout().criteria()];
        for (item, answer) in version.layout().items().iter().zip(&answers.items) {
            let Some(place) = item
                .criterion
                .filter(|place| rates.is_none_or(|rates| place.rates == rates))
            else {
                continue;
            };
            all[place.index] = answer.score().map(|score| Rating {
                score: u32::from(score),
                satisfied: score >= place.satisfied_from,
            });
        }
        all
    };
    let Some(handled) = rated.handled_by.filter(|handled| handled.unit != rated.served_at) else {
        cross.add(&ratings(None));
        return;
    };
    if unit == rated.served_at {
        cross.add(&ratings(Some(Rates::ServedAt)));
    }
    if unit == handled.unit {
        cross.add(&ratings(Some(Rates::HandledBy)));
    }
    if unit == handled.meeting {
        cross.add(&ratings(None));
        cross.remove(&ratings(Some(Rates::ServedAt)));
        cross.remove(&ratings(Some(Rates::HandledBy)));
    }
}
