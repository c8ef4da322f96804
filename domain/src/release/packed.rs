//! The bytes of a stored cell: `nodes` for tables of many units, `items` for the page of one.
//!
//! All numbers are variable-length integers, zigzag.
//!
//! | bytes | contents |
//! |---|---|
//! | `nodes` | responses counted, held, late, excluded; of each node its [`Moments`]; if there are clusters, of each node its [`ClusterMoments`] |
//! | `items` | a byte for each sensitive item ([`ItemTag`]); the counts of each item that is shown, as in a tally |
//! | `items` of a withdrawn cell | the bytes of its sensitive items only |

#![deny(clippy::float_arithmetic)]

use crate::answer::Corrupt;
use crate::layout::{HEAD, Layout};
use crate::moments::{ClusterMoments, Moments};
use crate::questionnaire::Version;
use crate::tally::Tally;
use crate::varint::{self, Reader};

/// How a sensitive item stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemTag {
    Shown,
    Hidden,
    /// Hidden now, but shown by an earlier release.
    Withdrawn,
}

impl ItemTag {
    fn byte(self) -> u8 {
        match self {
            Self::Shown => 0,
            Self::Hidden => 1,
            Self::Withdrawn => 2,
        }
    }

    fn of(byte: u8) -> Result<Self, Corrupt> {
        match byte {
            0 => Ok(Self::Shown),
            1 => Ok(Self::Hidden),
            2 => Ok(Self::Withdrawn),
            _ => Err(Corrupt),
        }
    }
}

/// The places of the items that are sensitive personal data.
pub(super) fn sensitive_items(version: &Version) -> Vec<usize> {
    let sensitive: Vec<bool> = version
        .questions()
        .map(|(_, question)| question.sensitive)
        .collect();
    let items = version.layout().items().iter().enumerate();
    items
        .filter(|(_, item)| sensitive[item.question])
        .map(|(index, _)| index)
        .collect()
}

/// Packs the between-cluster sums of all nodes, the whole first.
pub fn pack_clusters(clusters: &[ClusterMoments]) -> Vec<u8> {
    let mut out = Vec::new();
    for value in clusters.iter().flat_map(ClusterMoments::to_array) {
        varint::put_signed(&mut out, value);
    }
    out
}

/// Reads what [`pack_clusters`] wrote; no bytes are no clusters.
pub fn unpack_clusters(layout: &Layout, bytes: &[u8]) -> Result<Vec<ClusterMoments>, Corrupt> {
    let mut reader = Reader::new(bytes);
    let clusters = read_clusters(layout, &mut reader)?;
    if reader.is_empty() {
        Ok(clusters)
    } else {
        Err(Corrupt)
    }
}

fn read_clusters(layout: &Layout, reader: &mut Reader<'_>) -> Result<Vec<ClusterMoments>, Corrupt> {
    if reader.is_empty() {
        return Ok(Vec::new());
    }
    let mut one = || {
        let mut fields = [0; ClusterMoments::FIELDS];
        for field in &mut fields {
            *field = reader.next_signed().ok_or(Corrupt)?;
        }
        Ok(ClusterMoments::from_array(fields))
    };
    layout.nodes().iter().map(|_| one()).collect()
}

/// The `nodes` bytes of a shown cell.
pub(super) fn pack_nodes(layout: &Layout, tally: &Tally, clusters: &[ClusterMoments]) -> Vec<u8> {
    let values = tally.values();
    let mut out = Vec::with_capacity(values.len());
    for value in values[..HEAD].iter().chain(&values[layout.node_offset(0)..]) {
        varint::put_signed(&mut out, *value);
    }
    out.extend(pack_clusters(clusters));
    out
}

/// The `items` bytes of a shown cell; `tags` are those of the `sensitive` items.
pub(super) fn pack_items(layout: &Layout, sensitive: &[usize], tags: &[ItemTag], tally: &Tally) -> Vec<u8> {
    let mut out: Vec<u8> = pack_tags(tags);
    for (index, item) in layout.items().iter().enumerate() {
        if is_shown(sensitive, tags, index) {
            let start = layout.item_offset(index);
            for value in &tally.values()[start..start + item.width()] {
                varint::put_signed(&mut out, *value);
            }
        }
    }
    out
}

/// The tags alone, which a withdrawn cell keeps.
pub(super) fn pack_tags(tags: &[ItemTag]) -> Vec<u8> {
    tags.iter().map(|tag| tag.byte()).collect()
}

/// The tags at the front of `items` bytes; a row without them has shown nothing.
pub(super) fn unpack_tags(sensitive: &[usize], bytes: &[u8]) -> Result<Vec<ItemTag>, Corrupt> {
    if bytes.is_empty() {
        return Ok(vec![ItemTag::Hidden; sensitive.len()]);
    }
    let tags = bytes.get(..sensitive.len()).ok_or(Corrupt)?;
    tags.iter().map(|&byte| ItemTag::of(byte)).collect()
}

fn is_shown(sensitive: &[usize], tags: &[ItemTag], item: usize) -> bool {
    let place = sensitive.iter().position(|&index| index == item);
    place.is_none_or(|place| tags[place] == ItemTag::Shown)
}

/// A stored cell, read back.
pub(super) struct Unpacked {
    /// Holds zeros for items that were not read or are hidden.
    pub(super) tally: Tally,
    pub(super) clusters: Vec<ClusterMoments>,
    /// For each item whether it was read; nothing when the `items` bytes were not given.
    pub(super) items: Option<Vec<bool>>,
}

/// Reads the bytes of a shown cell.
pub(super) fn unpack(version: &Version, nodes: &[u8], items: &[u8]) -> Result<Unpacked, Corrupt> {
    let layout = version.layout();
    let mut values = vec![0; layout.tally_width()];
    let mut reader = Reader::new(nodes);
    let node_fields = layout.nodes().len() * Moments::FIELDS;
    let start = layout.node_offset(0);
    for place in (0..HEAD).chain(start..start + node_fields) {
        values[place] = reader.next_signed().ok_or(Corrupt)?;
    }
    let clusters = read_clusters(layout, &mut reader)?;
    if !reader.is_empty() {
        return Err(Corrupt);
    }
    let mut shown = None;
    if !items.is_empty() {
        let sensitive = sensitive_items(version);
        let tags = unpack_tags(&sensitive, items)?;
        let mut reader = Reader::new(&items[sensitive.len()..]);
        let mut read = Vec::with_capacity(layout.items().len());
        for (index, item) in layout.items().iter().enumerate() {
            read.push(is_shown(&sensitive, &tags, index));
            if read[index] {
                let start = layout.item_offset(index);
                for value in &mut values[start..start + item.width()] {
                    *value = reader.next_signed().ok_or(Corrupt)?;
                }
            }
        }
        if !reader.is_empty() {
            return Err(Corrupt);
        }
        shown = Some(read);
    }
    Ok(Unpacked {
        tally: Tally::from_values(values),
        clusters,
        items: shown,
    })
}
