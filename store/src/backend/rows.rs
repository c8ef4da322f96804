//! Statements over many rows, in texts of 64, 16, 4 and 1.
//!
//! A statement costs about 65 µs in SQLite and 100 µs in PostgreSQL whatever it does, and a batch must not
//! pay that for each of its rows. Four sizes keep the caches of prepared statements small.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::OnceLock;

const SIZES: [usize; 4] = [64, 16, 4, 1];

/// A statement with a list of rows in its middle.
pub(crate) struct Rows {
    head: &'static str,
    columns: usize,
    /// Each row begins with its number, from 0, so that what comes back can be told apart.
    numbered: bool,
    tail: &'static str,
    texts: OnceLock<[&'static str; 4]>,
}

impl Rows {
    /// `head ($1, $2), ($3, $4), … tail`.
    pub(crate) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            numbered: false,
            tail,
            texts: OnceLock::new(),
        }
    }

    /// `head (0, $1, $2), (1, $3, $4), … tail`.
    pub(crate) const fn numbered(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            numbered: true,
            tail,
            texts: OnceLock::new(),
        }
    }

    /// The text for that many rows, one of the sizes of [`chunks`].
    ///
    /// The texts live as long as the program and hold constants only, so they are leaked once: sqlx takes
    /// static texts without a copy.
    pub(crate) fn text(&self, rows: usize) -> &'static str {
        let texts = self
            .texts
            .get_or_init(|| SIZES.map(|size| &*self.build(size).leak()));
        let index = SIZES.iter().position(|size| *size <= rows).unwrap_or(3);
        texts[index]
    }

    fn build(&self, rows: usize) -> String {
        let mut text = String::from(self.head);
        let mut parameter = 0;
        for row in 0..rows {
            text.push_str(if row == 0 { " (" } else { ", (" });
            if self.numbered {
                let _ = write!(text, "{row}, ");
            }
            for column in 0..self.columns {
                parameter += 1;
                let comma = if column == 0 { "" } else { ", " };
                let _ = write!(text, "{comma}${parameter}");
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(self.tail);
        text
    }
}

/// Cuts that many rows into ranges of the sizes that there are texts for.
pub(crate) fn chunks(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| at + size <= rows)?;
        at += size;
        Some(at - size..at)
    })
}

/// The place in the whole of row `number` of the chunk that starts at `start`.
pub(crate) fn place(start: usize, number: i32) -> usize {
    start + usize::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_everything_once() {
        for rows in [0, 1, 3, 5, 64, 85, 200] {
            let ranges: Vec<_> = chunks(rows).collect();
            assert_eq!(ranges.iter().map(ExactSizeIterator::len).sum::<usize>(), rows);
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
        assert_eq!(chunks(85).count(), 4);
    }

    #[test]
    fn texts_number_their_parameters() {
        let insert = Rows::new("insert into t (a, b) values", 2, "on conflict do nothing");
        assert_eq!(
            insert.text(4),
            "insert into t (a, b) values ($1, $2), ($3, $4), ($5, $6), ($7, $8) on conflict do nothing"
        );
        let look_up = Rows::numbered("with k (n, a) as (values", 1, ") select n from k");
        assert_eq!(
            look_up.text(1),
            "with k (n, a) as (values (0, $1) ) select n from k"
        );
        assert!(insert.text(64).contains("$128)"));
    }
}
