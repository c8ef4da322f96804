//! Putting any number of lines in random order with little memory: each line goes to one of many files at
//! random, and each file is shuffled in memory when it is read.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};

use service::clock::random;

/// Ten million responses of a kilobyte make files of 40 MB.
const FILES: usize = 256;

pub(super) struct Shuffle {
    files: Vec<BufWriter<File>>,
}

impl Shuffle {
    pub(super) fn new() -> anyhow::Result<Self> {
        let files = (0..FILES).map(|_| Ok(BufWriter::new(tempfile::tempfile()?)));
        Ok(Self {
            files: files.collect::<anyhow::Result<_>>()?,
        })
    }

    /// Takes a line without a line break in it.
    pub(super) fn push(&mut self, line: &str) -> anyhow::Result<()> {
        let file = usize::from(random::<1>()[0]) % FILES;
        Ok(writeln!(self.files[file], "{line}")?)
    }

    /// Gives every line back, in random order.
    pub(super) fn drain(self, mut each: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        for file in self.files {
            let mut file = file.into_inner()?;
            file.seek(SeekFrom::Start(0))?;
            let mut lines: Vec<String> = BufReader::new(file).lines().collect::<Result<_, _>>()?;
            // Fisher and Yates, from the end.
            for last in (1..lines.len()).rev() {
                lines.swap(last, below(last + 1));
            }
            lines.iter().try_for_each(|line| each(line))?;
        }
        Ok(())
    }
}

/// A random number below `bound`. The bias of the remainder of 64 bits is below 2⁻⁴⁰ for any file here.
fn below(bound: usize) -> usize {
    let number = u64::from_le_bytes(random()) % u64::try_from(bound).unwrap_or(u64::MAX);
    usize::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_comes_back_once_in_another_order() {
        let lines: Vec<String> = (0..2000).map(|number| format!("line {number}")).collect();
        let mut shuffle = Shuffle::new().unwrap();
        for line in &lines {
            shuffle.push(line).unwrap();
        }
        let mut back = Vec::new();
        shuffle
            .drain(|line| {
                back.push(line.to_owned());
                Ok(())
            })
            .unwrap();
        assert_ne!(back, lines);
        let neighbours = back.windows(2).filter(|pair| {
            let number = |line: &str| line[5..].parse::<i32>().unwrap();
            number(&pair[1]) - number(&pair[0]) == 1
        });
        assert!(
            neighbours.count() < 20,
            "the order in which they came does not show"
        );
        back.sort_by_key(|line| line[5..].parse::<i32>().unwrap());
        assert_eq!(back, lines);
    }
}
