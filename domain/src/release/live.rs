//! Cells of labelled demo campaigns, which move with every answer.

use crate::answer::Corrupt;
use crate::questionnaire::Version;
use crate::release::packed;
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
    let sensitive = packed::sensitive_items(version);
    let tags = packed::unpack_tags(&sensitive, items)?;
    let mut cell = packed::unpack(version, nodes, items)?;
    cell.tally.add(more);
    let nodes = packed::pack_nodes(layout, &cell.tally, &cell.clusters);
    Ok((nodes, packed::pack_items(layout, &sensitive, &tags, &cell.tally)))
}
