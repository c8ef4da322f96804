//! Releases: figures that may be shown, made once and stored.
//!
//! Raw tallies never leave the server. [`plan()`] turns the tallies of a campaign into the cells of its next
//! release, with what METHOD 7 hides hidden; the cells are stored packed. [`open`] reads a stored cell and
//! is the only way to a [`Released`] value, and nothing else about answers can be serialised.
//!
//! | module | what it does |
//! |---|---|
//! | [`plan()`] | decides which cells a release shows, and which of them changed |
//! | `guard` | what of a shown cell has to be hidden by itself |
//! | `ledger` | lets later changes in only when enough people made them |
//! | `packed` | the bytes of a stored cell |
//! | [`figures`] | everything that is shown of one cell |

pub mod figures;
mod guard;
mod ledger;
pub mod live;
mod packed;
pub mod plan;

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::channel::{ChannelClass, coded_enum};

pub use figures::{Disclosed, Figures, OpenError, Opening, open};
pub use packed::{pack_clusters, unpack_clusters};
pub use plan::{Atom, Decided, Input, Plan, PlanError, Row, Rules, Units, due, periods, plan, tags};

/// Something that a release has let through. Only this module makes one, and figures are serialised in no
/// other form.
#[derive(Clone, Debug, PartialEq)]
pub struct Released<T>(T);

impl<T> Deref for Released<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Released<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

coded_enum!(
    /// Why a stored cell shows nothing.
    State {
        /// Few people, or needed to protect few people elsewhere: the two look the same.
        Hidden = 1, "hidden";
        /// Nobody has answered.
        NoAnswers = 2, "no_answers";
        /// The campaign does not ask there.
        NotSampled = 3, "not_sampled";
        /// Hidden now, but an earlier release showed it; looks like hidden.
        Withdrawn = 4, "withdrawn";
        /// Hidden for good: sums that contain it were published, so showing it later would tell by subtraction
        /// what it held before. Looks like hidden.
        Kept = 6, "kept";
        /// Not a cell: what the release has taken of one unit, month and channel. Never shown.
        Ledger = 5, "ledger";
    }
);

coded_enum!(
    /// What a reader is told of a cell that shows nothing.
    Reason {
        /// "Không công bố để bảo vệ người trả lời".
        Hidden = 1, "hidden";
        /// "Chưa có phiếu trả lời".
        NoAnswers = 2, "no_answers";
        /// "Không thuộc mẫu khảo sát đợt này".
        NotSampled = 3, "not_sampled";
    }
);

impl State {
    /// What a reader is told: being withdrawn, or being hidden to protect another cell, is not told apart.
    pub fn reason(self) -> Reason {
        match self {
            Self::NoAnswers => Reason::NoAnswers,
            Self::NotSampled => Reason::NotSampled,
            Self::Hidden | Self::Withdrawn | Self::Kept | Self::Ledger => Reason::Hidden,
        }
    }
}

/// The channels of a stored row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// All channels together.
    All,
    /// One class of channels.
    Class(ChannelClass),
    /// The ledger of one class, which is not a cell.
    Ledger(ChannelClass),
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Class(class) => f.write_str(class.as_str()),
            Self::Ledger(class) => write!(f, "ledger:{}", class.as_str()),
        }
    }
}

impl FromStr for Column {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.strip_prefix("ledger:") {
            Some(class) => class.parse().map(Self::Ledger),
            None if text == "all" => Ok(Self::All),
            None => text.parse().map(Self::Class),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_lead_there_and_back() {
        for text in ["all", "desk", "import", "ledger:online"] {
            assert_eq!(
                text.parse::<Column>().map(|column| column.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!("ledger:all".parse::<Column>(), Err(()));
    }

    #[test]
    fn a_withdrawn_cell_looks_like_a_hidden_one() {
        assert_eq!(State::Withdrawn.reason(), State::Hidden.reason());
    }
}
