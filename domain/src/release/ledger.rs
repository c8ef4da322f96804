//! What a release has taken of each unit, month and channel, and when it takes what came later.
//!
//! The first release of a month takes everything. What comes after (late answers, exclusions, corrections)
//! is taken of a unit, month and channel only when at least five people made the difference, ten where there
//! was nobody before, and then whole. Every published number, of any unit and period and in any release, is a
//! sum of what was taken, so no difference of two releases can tell about fewer people than one such step.
//! The same holds of each question that only some are asked, counted among those.

#![deny(clippy::float_arithmetic)]

use crate::answer::Corrupt;
use crate::layout::{HEAD, Item, ItemKind, Layout};
use crate::release::Rules;
use crate::release::guard::Guards;
use crate::tally::Tally;
use crate::varint::{self, Reader};

/// What the ledger stores of one unit, month and channel: packed counts and clusters as last taken, and the
/// counts as they were taken before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) counts: &'a [u8],
    pub(super) clusters: &'a [u8],
    pub(super) earlier: Vec<&'a [u8]>,
}

impl<'a> Entry<'a> {
    /// The bytes: each field behind its length.
    pub(super) fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.counts.len() + self.clusters.len() + 4);
        for field in [self.counts, self.clusters].iter().chain(&self.earlier) {
            varint::put(&mut out, field.len() as u64);
            out.extend_from_slice(field);
        }
        out
    }

    /// Reads what [`Entry::pack`] wrote.
    pub(super) fn unpack(mut bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let mut field = || {
            let length = Reader::new(bytes).next_unsigned().ok_or(Corrupt)?;
            let mut prefix = Vec::new();
            varint::put(&mut prefix, length);
            let length = usize::try_from(length).map_err(|_| Corrupt)?;
            let rest = bytes.get(prefix.len()..).ok_or(Corrupt)?;
            let (field, rest) = rest.split_at_checked(length).ok_or(Corrupt)?;
            bytes = rest;
            Ok((field, rest.is_empty()))
        };
        let (counts, _) = field()?;
        let (clusters, mut is_last) = field()?;
        let mut earlier = Vec::new();
        while !is_last {
            let (counts, last) = field()?;
            earlier.push(counts);
            is_last = last;
        }
        Ok(Self {
            counts,
            clusters,
            earlier,
        })
    }
}

/// Whether a release takes the new counts, having taken the others before, the last of them first.
///
/// Each step has to stand apart from every earlier state and not only from the last: ten who came and eight
/// of them who were taken out again leave two between the first release and the third. What only some are
/// asked has to move by nobody or by as many of them: one more result of a dossier among five people is one
/// person's. Nobody at all may come to or leave what the guards at the places of `still` protect.
pub(super) fn takes(
    layout: &Layout,
    guards: &Guards,
    before: &[Tally],
    new: &Tally,
    rules: Rules,
    still: &[usize],
) -> bool {
    let (enter, change) = (rules.threshold, rules.change);
    let after = new.values();
    let people = |old: &Tally| old.values()[0] != after[0] || old.values()[HEAD..] != after[HEAD..];
    let Some(last) = before.first() else { return true };
    // The numbers of held, late and excluded responses tell nothing that anyone answered.
    if !people(last) {
        return last.values() != after;
    }
    let nobody = last.values()[0] == 0 && last.values()[HEAD..].iter().all(|value| *value == 0);
    let fewest = if nobody { enter } else { change };
    if changed_people(layout, last.values(), after) < fewest {
        return false;
    }
    before.iter().filter(|old| people(old)).all(|old| {
        changed_people(layout, old.values(), after) >= change
            && guards
                .iter()
                .enumerate()
                .filter(|(_, guard)| guard.partial)
                .all(|(place, guard)| {
                    let item = &layout.items()[guard.item];
                    let start = layout.item_offset(guard.item);
                    let (old, new) = (&old.values()[start..], &after[start..]);
                    let width = item.width();
                    // Who is asked for the first time enters a sum that others see, as a whole cell does.
                    let fewest = if old[..width].iter().all(|count| *count == 0) {
                        enter
                    } else {
                        change
                    };
                    let moved = moved(item, old, new);
                    let nobody = moved == 0 && old[..width] == new[..width];
                    nobody || (!still.contains(&place) && moved >= fewest)
                })
    })
}

/// At least so many people were added or taken away between two tallies.
fn changed_people(layout: &Layout, before: &[i64], after: &[i64]) -> i64 {
    let people = |place: usize| (after[place] - before[place]).abs();
    let mut found = people(0).max(people(layout.node_offset(0)));
    for (index, item) in layout.items().iter().enumerate() {
        let start = layout.item_offset(index);
        found = found.max(moved(item, &before[start..], &after[start..]));
    }
    found
}

/// At least so many people's answers to an item differ between its counts in two tallies.
///
/// Of a person who is asked, exactly one of these counts moves by one, so the people are at least the sum of
/// the moves. An exchange of one answer for the same answer of another person stays unseen, which only makes
/// a release wait.
fn moved(item: &Item, before: &[i64], after: &[i64]) -> i64 {
    let exclusive = match item.kind {
        ItemKind::Choice { .. } => item.width(),
        ItemKind::Multiple { .. } | ItemKind::Number { .. } | ItemKind::Date => 2,
    };
    let counts = before.iter().zip(after).take(exclusive);
    counts.map(|(before, after)| (after - before).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back() {
        for length in [0_usize, 1, 127, 128, 20_000] {
            let counts = vec![7; length];
            for earlier in [vec![], vec![[1, 2].as_slice()], vec![[3].as_slice(), &[]]] {
                let entry = Entry {
                    counts: &counts,
                    clusters: &[1, 2],
                    earlier,
                };
                assert_eq!(Entry::unpack(&entry.pack()), Ok(entry));
            }
        }
        for torn in [[].as_slice(), &[0], &[5, 1], &[0, 0, 3, 1], &[0, 0, 0x80]] {
            assert_eq!(Entry::unpack(torn), Err(Corrupt), "{torn:?}");
        }
    }
}
