//! Adding up what a release has taken, over units, periods and channels.

#![deny(clippy::float_arithmetic)]

use crate::channel::ChannelClass;
use crate::disclosure::{Marks, Shape, Slice, Table};
use crate::layout::{ItemKind, Layout};
use crate::moments::ClusterMoments;
use crate::period::Period;
use crate::release::guard::{Guard, Guards};
use crate::release::ledger::Entry;
use crate::release::packed::unpack_clusters;
use crate::tally::Tally;

use super::{Input, PlanError, Taken};

/// The people of every cell, and those of each guard.
pub(super) struct Sums {
    people: Vec<Slice>,
    guards: Vec<GuardSums>,
}

/// The people of one guard in every cell.
struct GuardSums {
    slices: Vec<Slice>,
    /// For each slice the counts of the options, unit by unit.
    options: Vec<Vec<i64>>,
    /// How many options are counted: none where it does not matter whether all answered alike.
    width: usize,
}

impl GuardSums {
    /// Whether everybody who answered chose the same.
    fn is_uniform(&self, slice: usize, unit: usize) -> bool {
        let answered = self.slices[slice].respondents[unit];
        let options = &self.options[slice][unit * self.width..(unit + 1) * self.width];
        answered > 0 && options.contains(&answered)
    }
}

impl Sums {
    pub(super) fn of(
        input: &Input<'_>,
        guards: &Guards,
        shape: &Shape,
        classes: &[ChannelClass],
        taken: &Taken,
    ) -> Result<Self, PlanError> {
        let layout = input.version.layout();
        let units = input.units.len();
        let empty = || -> Vec<Slice> {
            let slice = || Slice {
                respondents: vec![0; units],
                responses: vec![0; units],
            };
            shape.keys().iter().map(|_| slice()).collect()
        };
        let guard_sums = |guard: &Guard| {
            let width = match layout.items()[guard.item].kind {
                ItemKind::Choice { options } | ItemKind::Multiple { options } if guard.sensitive => {
                    usize::from(options)
                }
                // Sums and classes of numbers and dates do not make a cell where all are alike.
                _ => 0,
            };
            GuardSums {
                slices: empty(),
                options: vec![vec![0; units * width]; shape.keys().len()],
                width,
            }
        };
        let mut sums = Self {
            people: empty(),
            guards: guards.iter().map(guard_sums).collect(),
        };
        for (&(month, class, unit), entry) in &taken.entries {
            let tally = Tally::unpack(layout, Entry::unpack(entry)?.counts)?;
            let counts: Vec<_> = guards
                .iter()
                .map(|guard| tally.item(layout, guard.item))
                .collect();
            for (slice, &(period, wanted)) in shape.keys().iter().enumerate() {
                if !period.contains(month) || wanted.is_some_and(|wanted| classes[wanted] != class) {
                    continue;
                }
                sums.people[slice].respondents[unit] += tally.respondents(layout);
                sums.people[slice].responses[unit] += tally.responses();
                for ((sums, guard), counts) in sums.guards.iter_mut().zip(guards.iter()).zip(&counts) {
                    let (people, asked) = guard.count(counts);
                    sums.slices[slice].respondents[unit] += people;
                    sums.slices[slice].responses[unit] += asked;
                    let options = &mut sums.options[slice][unit * sums.width..(unit + 1) * sums.width];
                    for (sum, count) in options.iter_mut().zip(&counts.options) {
                        *sum += count;
                    }
                }
            }
        }
        let tree = &input.units.tree;
        let all = sums
            .people
            .iter_mut()
            .chain(sums.guards.iter_mut().flat_map(|guard| &mut guard.slices));
        for slice in all {
            tree.roll_up(&mut slice.respondents);
            tree.roll_up(&mut slice.responses);
        }
        for guard in &mut sums.guards {
            let width = guard.width;
            for options in &mut guard.options {
                for unit in (0..units).rev() {
                    let Some(above) = tree.parent(unit) else { continue };
                    for option in 0..width {
                        options[above * width + option] += options[unit * width + option];
                    }
                }
            }
        }
        Ok(sums)
    }

    pub(super) fn table<'a>(&'a self, input: &Input<'a>, shape: &'a Shape) -> Table<'a> {
        Table {
            tree: &input.units.tree,
            shape,
            slices: &self.people,
            threshold: input.rules.threshold,
        }
    }

    /// The table of one guard, by its place.
    pub(super) fn guard_table<'a>(
        &'a self,
        input: &Input<'a>,
        shape: &'a Shape,
        place: usize,
        guard: &Guard,
    ) -> Table<'a> {
        Table {
            tree: &input.units.tree,
            shape,
            slices: &self.guards[place].slices,
            threshold: if guard.sensitive {
                input.rules.sensitive
            } else {
                input.rules.threshold
            },
        }
    }

    /// Marks the cells in which all who answered a sensitive item answered alike.
    pub(super) fn mark_uniform(&self, place: usize, marks: &mut Marks) {
        let guard = &self.guards[place];
        for (slice, counts) in guard.slices.iter().enumerate() {
            for unit in (0..counts.respondents.len()).filter(|&unit| guard.is_uniform(slice, unit)) {
                marks.set(slice, unit);
            }
        }
    }
}

/// The tally and the clusters of a unit with everything below it; no clusters where somebody belongs to none.
type Built = Option<(Tally, Vec<ClusterMoments>)>;

/// What is added up of one unit. Squares over the clusters of some people do not go with the totals of all, so one
/// part without clusters leaves the sum without.
struct Part {
    tally: Tally,
    clusters: Vec<ClusterMoments>,
    is_clustered: bool,
}

impl Part {
    fn empty(layout: &Layout) -> Self {
        Self {
            tally: Tally::empty(layout),
            clusters: Vec::new(),
            is_clustered: true,
        }
    }

    fn add(&mut self, other: &Self) {
        self.tally.add(&other.tally);
        add_clusters(&mut self.clusters, &other.clusters);
        self.is_clustered &= other.is_clustered;
    }
}

/// The whole tallies of one slice, unit by unit; a slice at a time, because a country of them is large.
pub(super) fn build(
    input: &Input<'_>,
    period: Period,
    class: Option<ChannelClass>,
    taken: &Taken,
) -> Result<Vec<Built>, PlanError> {
    let layout = input.version.layout();
    let mut parts: Vec<Option<Part>> = Vec::new();
    parts.resize_with(input.units.len(), || None);
    for (&(month, found, unit), entry) in &taken.entries {
        if !period.contains(month) || class.is_some_and(|class| class != found) {
            continue;
        }
        let Entry { counts, clusters, .. } = Entry::unpack(entry)?;
        let part = parts[unit].get_or_insert_with(|| Part::empty(layout));
        part.tally.add_packed(counts)?;
        let clusters = unpack_clusters(layout, clusters)?;
        // Unpacking a tally is work, and one without clusters is enough to know.
        if part.is_clustered && clusters.is_empty() {
            part.is_clustered = rates_nothing(&Tally::unpack(layout, counts)?, layout);
        }
        add_clusters(&mut part.clusters, &clusters);
    }
    for unit in (0..parts.len()).rev() {
        let Some(above) = input.units.tree.parent(unit) else {
            continue;
        };
        let (earlier, later) = parts.split_at_mut(unit);
        if let Some(part) = &later[0] {
            earlier[above]
                .get_or_insert_with(|| Part::empty(layout))
                .add(part);
        }
    }
    let built = parts.into_iter().map(|part| {
        let part = part?;
        let clusters = if part.is_clustered {
            part.clusters
        } else {
            Vec::new()
        };
        Some((part.tally, clusters))
    });
    Ok(built.collect())
}

/// Whether a tally has nothing that a variance could follow, such as the number of held responses alone.
fn rates_nothing(tally: &Tally, layout: &Layout) -> bool {
    (0..layout.nodes().len()).all(|node| tally.moments(layout, node).is_zero())
}

fn add_clusters(sums: &mut Vec<ClusterMoments>, clusters: &[ClusterMoments]) {
    if sums.is_empty() {
        sums.extend_from_slice(clusters);
        return;
    }
    for (sum, cluster) in sums.iter_mut().zip(clusters) {
        *sum += *cluster;
    }
}
