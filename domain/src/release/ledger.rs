//! What a release has taken of each unit, month and channel, and when it takes what came later.
//!
//! The first release of a month takes everything. What comes after (late answers, exclusions, corrections)
//! is taken of a unit, month and channel only when at least five people made the difference, ten where there
//! was nobody before, and then whole. Every published number, of any unit and period and in any release, is a
//! sum of what was taken, so no difference of two releases can tell about fewer people than one such step.

#![deny(clippy::float_arithmetic)]

use crate::answer::Corrupt;
use crate::layout::{HEAD, ItemKind, Layout};
use crate::tally::Tally;
use crate::varint::{self, Reader};

/// The packed counts and clusters of one unit, month and channel, as the ledger stores them.
pub(super) fn pack(counts: &[u8], clusters: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(counts.len() + clusters.len() + 3);
    varint::put(&mut out, counts.len() as u64);
    out.extend_from_slice(counts);
    out.extend_from_slice(clusters);
    out
}

/// The counts and the clusters of a ledger entry.
pub(super) fn unpack(bytes: &[u8]) -> Result<(&[u8], &[u8]), Corrupt> {
    let mut reader = Reader::new(bytes);
    let length = reader.next_unsigned().ok_or(Corrupt)?;
    let length = usize::try_from(length).map_err(|_| Corrupt)?;
    let mut prefix = Vec::new();
    varint::put(&mut prefix, length as u64);
    bytes[prefix.len()..].split_at_checked(length).ok_or(Corrupt)
}

/// Whether a release takes the new counts, having taken the old ones before.
pub(super) fn takes(layout: &Layout, old: &Tally, new: &Tally, enter: i64, change: i64) -> bool {
    let (before, after) = (old.values(), new.values());
    // The numbers of held, late and excluded responses tell nothing that anyone answered.
    if before[0] == after[0] && before[HEAD..] == after[HEAD..] {
        return before != after;
    }
    let nobody = before[0] == 0 && before[HEAD..].iter().all(|value| *value == 0);
    changed_people(layout, before, after) >= if nobody { enter } else { change }
}

/// At least so many people were added or taken away between two tallies.
///
/// Of an item that is asked of a person, exactly one count moves by one, so the people are at least the sum
/// of the moves. An exchange of one answer for the same answer of another person stays unseen, which only
/// makes a release wait.
fn changed_people(layout: &Layout, before: &[i64], after: &[i64]) -> i64 {
    let moved = |place: usize| (after[place] - before[place]).abs();
    let respondents = layout.node_offset(0);
    let mut people = moved(0).max(moved(respondents));
    for (index, item) in layout.items().iter().enumerate() {
        let start = layout.item_offset(index);
        let exclusive = match item.kind {
            ItemKind::Choice { .. } => start..start + item.width(),
            ItemKind::Multiple { .. } | ItemKind::Number { .. } | ItemKind::Date => start..start + 2,
        };
        people = people.max(exclusive.map(moved).sum());
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back() {
        for length in [0_usize, 1, 127, 128, 20_000] {
            let counts = vec![7; length];
            let entry = pack(&counts, &[1, 2]);
            assert_eq!(unpack(&entry), Ok((counts.as_slice(), [1_u8, 2].as_slice())));
        }
        assert_eq!(unpack(&[5, 1]), Err(Corrupt));
        assert_eq!(unpack(&[]), Err(Corrupt));
    }
}
