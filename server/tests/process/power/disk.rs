//! What a disk may hold after a power cut: all that was flushed, and of the rest anything.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;

use super::trace::{Event, Flush};

/// A disk writes whole sectors.
const SECTOR: usize = 512;

/// The files of a folder, as flushed and as written.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    files: BTreeMap<String, File>,
    flushing: HashMap<Flush, (String, usize)>,
}

#[derive(Clone, Default)]
struct File {
    flushed: Vec<u8>,
    /// Since the last flush, in order.
    waiting: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
    Gone,
}

impl Disk {
    /// A file that was there before.
    pub(crate) fn with(mut self, path: &str, content: Vec<u8>) -> Self {
        let file = File {
            flushed: content,
            waiting: Vec::new(),
        };
        self.files.insert(path.to_owned(), file);
        self
    }

    /// Lets an event happen to the files.
    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::Written { file, offset, bytes } => {
                let offset = usize::try_from(*offset).unwrap();
                let bytes = bytes.clone();
                self.change(file, Change::Write { offset, bytes });
            }
            Event::Truncated { file, length } => {
                self.change(file, Change::Length(usize::try_from(*length).unwrap()));
            }
            Event::Removed { file } => self.change(file, Change::Gone),
            Event::FlushBegan { file, flush } => {
                let waiting = self.files.get(file).map_or(0, |file| file.waiting.len());
                self.flushing.insert(*flush, (file.clone(), waiting));
            }
            Event::FlushEnded { flush } => {
                if let Some((name, count)) = self.flushing.remove(flush)
                    && let Some(file) = self.files.get_mut(&name)
                {
                    let count = count.min(file.waiting.len());
                    for change in file.waiting.drain(..count) {
                        change.apply(&mut file.flushed);
                    }
                    // Flushes that overlap count what waits from the same beginning.
                    for (other, waiting) in self.flushing.values_mut() {
                        if *other == name {
                            *waiting = waiting.saturating_sub(count);
                        }
                    }
                }
            }
            Event::Asked { .. } | Event::Acknowledged { .. } => {}
        }
    }

    fn change(&mut self, file: &str, change: Change) {
        self.files
            .entry(file.to_owned())
            .or_default()
            .waiting
            .push(change);
    }

    /// Cuts the power, and writes what is left of the files into a folder, under their own names.
    pub(crate) fn cut(&self, random: &mut ChaCha12Rng, folder: &Path) {
        for (path, file) in &self.files {
            let mut content = file.flushed.clone();
            for change in &file.waiting {
                // Whole, torn or not at all, whatever became of those before it.
                match random.random_range(0..3) {
                    0 => {}
                    1 => change.clone().apply(&mut content),
                    _ => change.torn(random, &mut content),
                }
            }
            if !content.is_empty() {
                let name = Path::new(path).file_name().unwrap();
                std::fs::write(folder.join(name), content).unwrap();
            }
        }
    }
}

impl Change {
    fn apply(self, content: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => put(content, offset, &bytes),
            Self::Length(length) => content.resize(length, 0),
            Self::Gone => content.clear(),
        }
    }

    /// Only some sectors reach the disk.
    fn torn(&self, random: &mut ChaCha12Rng, content: &mut Vec<u8>) {
        let Self::Write { offset, bytes } = self else {
            return;
        };
        let mut start = 0;
        while start < bytes.len() {
            let end = (start + SECTOR - (offset + start) % SECTOR).min(bytes.len());
            if random.random() {
                put(content, offset + start, &bytes[start..end]);
            }
            start = end;
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn what_was_flushed_stays_and_the_rest_may_go() {
        let written = |offset, byte| Event::Written {
            file: "/d/a".to_owned(),
            offset,
            bytes: vec![byte; 1024],
        };
        let mut disk = Disk::default();
        disk.apply(&written(0, 1));
        let began = Event::FlushBegan {
            file: "/d/a".to_owned(),
            flush: 1,
        };
        disk.apply(&began);
        disk.apply(&written(1024, 2));
        disk.apply(&Event::FlushEnded { flush: 1 });
        let mut lengths = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            disk.cut(&mut ChaCha12Rng::seed_from_u64(seed), folder.path());
            let left = std::fs::read(folder.path().join("a")).unwrap();
            assert!(left[..1024].iter().all(|byte| *byte == 1));
            lengths.insert(left.len());
        }
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [1024, 1536, 2048]);
    }
}
