//! The bytes of a stored cell: `nodes` for tables of many units, `items` for the page of one.
//!
//! All numbers are variable-length integers, zigzag. Both begin with a byte for each guard of the version
//! ([`Tag`]), in the order of [`Guards`].
//!
//! | bytes | contents |
//! |---|---|
//! | `nodes` | tags; responses counted, held, late, excluded; of each node that is shown its [`Moments`]; if there are clusters, of each node that is shown its [`ClusterMoments`] |
//! | `items` | tags; the counts of each item that is shown, as in a tally |
//! | `items` of a withdrawn cell | tags only |

#![deny(clippy::float_arithmetic)]

use crate::answer::Corrupt;
use crate::layout::{HEAD, Layout};
use crate::moments::{ClusterMoments, Moments};
use crate::questionnaire::Version;
use crate::release::guard::{Guards, Shows};
use crate::tally::Tally;
use crate::varint::{self, Reader};

/// How a guard stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Shown,
    Hidden,
    /// Hidden now, but shown by an earlier release.
    Withdrawn,
    /// Hidden for good, because it was hidden inside a published sum.
    Kept,
    /// Nobody was asked, which is said.
    Nobody,
}

impl Tag {
    fn byte(self) -> u8 {
        match self {
            Self::Shown => 0,
            Self::Hidden => 1,
            Self::Withdrawn => 2,
            Self::Kept => 3,
            Self::Nobody => 4,
        }
    }

    fn of(byte: u8) -> Result<Self, Corrupt> {
        match byte {
            0 => Ok(Self::Shown),
            1 => Ok(Self::Hidden),
            2 => Ok(Self::Withdrawn),
            3 => Ok(Self::Kept),
            4 => Ok(Self::Nobody),
            _ => Err(Corrupt),
        }
    }

    /// Whether what the guard hides may be shown.
    pub(super) fn passes(self) -> bool {
        matches!(self, Self::Shown | Self::Nobody)
    }
}

fn shows(layout: &Layout, guards: &Guards, tags: &[Tag]) -> Shows {
    guards.shows(layout, tags.iter().map(|tag| tag.passes()))
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
    layout.nodes().iter().map(|_| read_cluster(reader)).collect()
}

fn read_cluster(reader: &mut Reader<'_>) -> Result<ClusterMoments, Corrupt> {
    let mut fields = [0; ClusterMoments::FIELDS];
    for field in &mut fields {
        *field = reader.next_signed().ok_or(Corrupt)?;
    }
    Ok(ClusterMoments::from_array(fields))
}

/// The `nodes` bytes of a shown cell.
pub(super) fn pack_nodes(
    layout: &Layout,
    guards: &Guards,
    tags: &[Tag],
    tally: &Tally,
    clusters: &[ClusterMoments],
) -> Vec<u8> {
    let mut out = pack_tags(tags);
    for value in &tally.values()[..HEAD] {
        varint::put_signed(&mut out, *value);
    }
    let shows = shows(layout, guards, tags);
    let open_nodes = || (0..layout.nodes().len()).filter(|&node| shows.nodes[node]);
    for value in open_nodes().flat_map(|node| tally.moments(layout, node).to_array()) {
        varint::put_signed(&mut out, value);
    }
    if !clusters.is_empty() {
        let clusters: Vec<_> = open_nodes().map(|node| clusters[node]).collect();
        out.extend(pack_clusters(&clusters));
    }
    out
}

/// The `items` bytes of a shown cell.
pub(super) fn pack_items(layout: &Layout, guards: &Guards, tags: &[Tag], tally: &Tally) -> Vec<u8> {
    let mut out = pack_tags(tags);
    let shows = shows(layout, guards, tags);
    for (index, item) in layout.items().iter().enumerate() {
        if shows.items[index] {
            let start = layout.item_offset(index);
            for value in &tally.values()[start..start + item.width()] {
                varint::put_signed(&mut out, *value);
            }
        }
    }
    out
}

/// The tags alone, which a withdrawn cell keeps.
pub(super) fn pack_tags(tags: &[Tag]) -> Vec<u8> {
    tags.iter().map(|tag| tag.byte()).collect()
}

/// The tags at the front of `nodes` or `items` bytes; a row without them has shown nothing.
pub(super) fn unpack_tags(guards: &Guards, bytes: &[u8]) -> Result<Vec<Tag>, Corrupt> {
    if bytes.is_empty() {
        return Ok(vec![Tag::Hidden; guards.len()]);
    }
    let tags = bytes.get(..guards.len()).ok_or(Corrupt)?;
    tags.iter().map(|&byte| Tag::of(byte)).collect()
}

/// A stored cell, read back.
pub(super) struct Unpacked {
    /// Holds zeros for what was not read or is hidden.
    pub(super) tally: Tally,
    /// Of every node, or of none.
    pub(super) clusters: Vec<ClusterMoments>,
    pub(super) shows: Shows,
    /// Whether the `items` bytes were given.
    pub(super) has_items: bool,
}

/// Reads the bytes of a shown cell.
pub(super) fn unpack(version: &Version, nodes: &[u8], items: &[u8]) -> Result<Unpacked, Corrupt> {
    let layout = version.layout();
    let guards = Guards::of(version);
    let tags = unpack_tags(&guards, nodes)?;
    let shows = shows(layout, &guards, &tags);
    let mut values = vec![0; layout.tally_width()];
    let mut reader = Reader::new(nodes.get(guards.len()..).ok_or(Corrupt)?);
    let open_nodes = || (0..layout.nodes().len()).filter(|&node| shows.nodes[node]);
    let fields =
        open_nodes().flat_map(|node| (0..Moments::FIELDS).map(move |field| layout.node_offset(node) + field));
    for place in (0..HEAD).chain(fields) {
        values[place] = reader.next_signed().ok_or(Corrupt)?;
    }
    let mut clusters = Vec::new();
    if !reader.is_empty() {
        clusters = vec![ClusterMoments::default(); layout.nodes().len()];
        for node in open_nodes() {
            clusters[node] = read_cluster(&mut reader)?;
        }
    }
    if !reader.is_empty() {
        return Err(Corrupt);
    }
    if !items.is_empty() {
        // What a cell shows is one decision, written twice so that either can be read alone.
        if unpack_tags(&guards, items)? != tags {
            return Err(Corrupt);
        }
        let mut reader = Reader::new(&items[guards.len()..]);
        for (index, item) in layout
            .items()
            .iter()
            .enumerate()
            .filter(|(index, _)| shows.items[*index])
        {
            let start = layout.item_offset(index);
            for value in &mut values[start..start + item.width()] {
                *value = reader.next_signed().ok_or(Corrupt)?;
            }
        }
        if !reader.is_empty() {
            return Err(Corrupt);
        }
    }
    Ok(Unpacked {
        tally: Tally::from_values(values),
        clusters,
        shows,
        has_items: !items.is_empty(),
    })
}
