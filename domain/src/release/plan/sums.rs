//! Adding up what a release has taken, over units, periods and channels.

#![deny(clippy::float_arithmetic)]

use crate::channel::ChannelClass;
use crate::disclosure::{Shape, Slice, Table};
use crate::layout::ItemKind;
use crate::moments::ClusterMoments;
use crate::period::Period;
use crate::release::ledger::Entry;
use crate::release::packed::{sensitive_items, unpack_clusters};
use crate::tally::Tally;

use super::{Input, PlanError, Taken};

/// The people of every cell, and the counts of the sensitive items.
pub(super) struct Sums {
    people: Vec<Slice>,
    pub(super) items: Vec<ItemSums>,
}

/// The counts of one sensitive item in every cell.
pub(super) struct ItemSums {
    /// People who answered, as respondents; people who were asked, as responses.
    pub(super) slices: Vec<Slice>,
    /// For each slice the counts of the options, unit by unit.
    options: Vec<Vec<i64>>,
    width: usize,
}

impl ItemSums {
    /// Whether everybody who answered chose the same.
    pub(super) fn is_uniform(&self, slice: usize, unit: usize) -> bool {
        let answered = self.slices[slice].respondents[unit];
        let options = &self.options[slice][unit * self.width..(unit + 1) * self.width];
        answered > 0 && options.contains(&answered)
    }
}

impl Sums {
    pub(super) fn of(
        input: &Input<'_>,
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
        let sensitive = sensitive_items(input.version);
        let item_sums = |&item: &usize| {
            let width = match layout.items()[item].kind {
                ItemKind::Choice { options } | ItemKind::Multiple { options } => usize::from(options),
                // Sums and classes of numbers and dates do not make a cell where all are alike.
                ItemKind::Number { .. } | ItemKind::Date => 0,
            };
            ItemSums {
                slices: empty(),
                options: vec![vec![0; units * width]; shape.keys().len()],
                width,
            }
        };
        let mut sums = Self {
            people: empty(),
            items: sensitive.iter().map(item_sums).collect(),
        };
        for (&(month, class, unit), entry) in &taken.entries {
            let tally = Tally::unpack(layout, Entry::unpack(entry)?.counts)?;
            let counts: Vec<_> = sensitive.iter().map(|&item| tally.item(layout, item)).collect();
            for (slice, &(period, wanted)) in shape.keys().iter().enumerate() {
                if !period.contains(month) || wanted.is_some_and(|wanted| classes[wanted] != class) {
                    continue;
                }
                sums.people[slice].respondents[unit] += tally.respondents(layout);
                sums.people[slice].responses[unit] += tally.responses();
                for (item, counts) in sums.items.iter_mut().zip(&counts) {
                    item.slices[slice].respondents[unit] += counts.answered;
                    item.slices[slice].responses[unit] += counts.shown;
                    let options = &mut item.options[slice][unit * item.width..(unit + 1) * item.width];
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
            .chain(sums.items.iter_mut().flat_map(|item| &mut item.slices));
        for slice in all {
            tree.roll_up(&mut slice.respondents);
            tree.roll_up(&mut slice.responses);
        }
        for item in &mut sums.items {
            let width = item.width;
            for options in &mut item.options {
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
}

/// The tally and the clusters of a unit with everything below it.
type Built = Option<(Tally, Vec<ClusterMoments>)>;

/// The whole tallies of one slice, unit by unit; a slice at a time, because a country of them is large.
pub(super) fn build(
    input: &Input<'_>,
    period: Period,
    class: Option<ChannelClass>,
    taken: &Taken,
) -> Result<Vec<Built>, PlanError> {
    let layout = input.version.layout();
    let mut built: Vec<Built> = vec![None; input.units.len()];
    for (&(month, found, unit), entry) in &taken.entries {
        if !period.contains(month) || class.is_some_and(|class| class != found) {
            continue;
        }
        let Entry { counts, clusters, .. } = Entry::unpack(entry)?;
        let (tally, sums) = built[unit].get_or_insert_with(|| (Tally::empty(layout), Vec::new()));
        tally.add_packed(counts)?;
        add_clusters(sums, &unpack_clusters(layout, clusters)?);
    }
    for unit in (0..built.len()).rev() {
        let Some(above) = input.units.tree.parent(unit) else {
            continue;
        };
        let (earlier, later) = built.split_at_mut(unit);
        if let Some((tally, clusters)) = &later[0] {
            let (sum, sums) = earlier[above].get_or_insert_with(|| (Tally::empty(layout), Vec::new()));
            sum.add(tally);
            add_clusters(sums, clusters);
        }
    }
    Ok(built)
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
