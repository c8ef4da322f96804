//! Cells of labelled demo campaigns, which move with every answer.

use crate::answer::Corrupt;
use crate::questionnaire::Version;
use crate::release::guard::Guards;
use crate::release::packed::{self, Tag};
use crate::tally::Tally;

/// The bytes of a shown cell after more was counted into it.
///
/// What the cell hides stays hidden, and the between-cluster sums stay those of the last full release, which
/// puts both right. Campaigns that are not a demo never come here: their figures move by METHOD 7 only.
pub fn add(
    version: &Version,
    nodes: &[u8],
    items: &[u8],
    more: &Tally,
) -> Result<(Vec<u8>, Vec<u8>), Corrupt> {
    let layout = version.layout();
    let guards = Guards::of(version);
    let mut tags = packed::unpack_tags(&guards, items)?;
    let mut cell = packed::unpack(version, nodes, items)?;
    cell.tally.add(more);
    for (tag, guard) in tags.iter_mut().zip(guards.iter()) {
        // The first ones are few; the next full release counts them.
        if *tag == Tag::Nobody && more.item(layout, guard.item).shown != 0 {
            *tag = Tag::Hidden;
        }
    }
    let nodes = packed::pack_nodes(layout, &guards, &tags, &cell.tally, &cell.clusters);
    Ok((nodes, packed::pack_items(layout, &guards, &tags, &cell.tally)))
}
