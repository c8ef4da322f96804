//! Statements over many rows, in texts of eights up to 64 and of 1 to 7.
//!
//! A statement costs about 65 µs in SQLite and 100 µs in PostgreSQL whatever it does, and a batch must not
//! pay that for each of its rows. Eights and a rest cut up to 64 rows into two statements at most (of 62 rows, what 64
//! people who answer together mostly come to, powers of two made five), and fifteen sizes still fit into the caches of
//! prepared statements.
//!
//! On SQLite parameters stand without numbers: sqlx asks for the name of each before it binds it, and SQLite
//! looks a name up in a list of all, which took most of the time of an insert of a thousand parameters.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::OnceLock;

use super::Dialect;

const SIZES: [usize; 15] = [64, 56, 48, 40, 32, 24, 16, 8, 7, 6, 5, 4, 3, 2, 1];

/// How the rows stand in the text.
enum Shape {
    /// `($1, $2), ($3, $4)`.
    Values { columns: usize },
    /// `(0, $1, $2), (1, $3, $4)`, so that what comes back can be told apart.
    Numbered { columns: usize },
    /// `(a = $1 and b = $2) or (a = $3 and b = $4)`. For deletes: SQLite finds rows by a list of values with
    /// no more than the first column of the key, which is the same for all.
    AnyOf { columns: &'static [&'static str] },
}

/// A statement with a list of rows in its middle.
pub(crate) struct Rows {
    head: &'static str,
    shape: Shape,
    tail: &'static str,
    /// With numbered parameters, and without.
    texts: [OnceLock<[&'static str; SIZES.len()]>; 2],
}

impl Rows {
    /// `head ($1, $2), ($3, $4), … tail`.
    pub(crate) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self::of(head, Shape::Values { columns }, tail)
    }

    /// `head (0, $1, $2), (1, $3, $4), … tail`.
    pub(crate) const fn numbered(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self::of(head, Shape::Numbered { columns }, tail)
    }

    /// `head (a = $1 and b = $2) or (a = $3 and b = $4) … tail`.
    pub(crate) const fn any_of(
        head: &'static str,
        columns: &'static [&'static str],
        tail: &'static str,
    ) -> Self {
        Self::of(head, Shape::AnyOf { columns }, tail)
    }

    const fn of(head: &'static str, shape: Shape, tail: &'static str) -> Self {
        Self {
            head,
            shape,
            tail,
            texts: [OnceLock::new(), OnceLock::new()],
        }
    }

    /// The text for that many rows, one of the sizes of [`chunks`].
    ///
    /// The texts live as long as the program and hold constants only, so they are leaked once: sqlx takes
    /// static texts without a copy.
    pub(crate) fn text<D: Dialect>(&self, rows: usize) -> &'static str {
        let numbers = D::NUMBERED_PARAMETERS;
        let texts = self.texts[usize::from(numbers)]
            .get_or_init(|| SIZES.map(|size| &*self.build(size, numbers).leak()));
        let index = SIZES
            .iter()
            .position(|size| *size <= rows)
            .unwrap_or(SIZES.len() - 1);
        texts[index]
    }

    fn build(&self, rows: usize, numbers: bool) -> String {
        let mut text = String::from(self.head);
        let mut number = 0;
        let mut next = || {
            number += 1;
            if numbers {
                format!("${number}")
            } else {
                "?".to_owned()
            }
        };
        for row in 0..rows {
            let (separator, cells) = match &self.shape {
                Shape::Values { columns } => (", ", placeholders(*columns, &mut next)),
                Shape::Numbered { columns } => {
                    (", ", format!("{row}, {}", placeholders(*columns, &mut next)))
                }
                Shape::AnyOf { columns } => {
                    let equal: Vec<String> = columns
                        .iter()
                        .map(|column| format!("{column} = {}", next()))
                        .collect();
                    (" or ", equal.join(" and "))
                }
            };
            text.push_str(if row == 0 { " " } else { separator });
            let _ = write!(text, "({cells})");
        }
        text.push(' ');
        text.push_str(self.tail);
        text
    }
}

fn placeholders(columns: usize, next: &mut impl FnMut() -> String) -> String {
    let all: Vec<String> = (0..columns).map(|_| next()).collect();
    all.join(", ")
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
    use sqlx::{Postgres, Sqlite};

    use super::*;

    #[test]
    fn chunks_cover_everything_once() {
        for rows in [0, 1, 3, 5, 64, 85, 200] {
            let ranges: Vec<_> = chunks(rows).collect();
            assert_eq!(ranges.iter().map(ExactSizeIterator::len).sum::<usize>(), rows);
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
        for rows in 1..=64 {
            assert!(chunks(rows).count() <= 2, "{rows} rows");
        }
        assert_eq!(chunks(85).count(), 3);
    }

    #[test]
    fn texts_number_their_parameters() {
        let insert = Rows::new("insert into t (a, b) values", 2, "on conflict do nothing");
        assert_eq!(
            insert.text::<Postgres>(4),
            "insert into t (a, b) values ($1, $2), ($3, $4), ($5, $6), ($7, $8) on conflict do nothing"
        );
        assert_eq!(
            insert.text::<Sqlite>(4),
            "insert into t (a, b) values (?, ?), (?, ?), (?, ?), (?, ?) on conflict do nothing"
        );
        let look_up = Rows::numbered("with k (n, a) as (values", 1, ") select n from k");
        assert_eq!(
            look_up.text::<Postgres>(1),
            "with k (n, a) as (values (0, $1) ) select n from k"
        );
        assert!(insert.text::<Postgres>(64).contains("$128)"));
        let delete = Rows::any_of("delete from t where", &["a", "b"], "");
        assert!(
            delete
                .text::<Postgres>(4)
                .starts_with("delete from t where (a = $1 and b = $2) or (a = $3 and b = $4) or ")
        );
    }
}
