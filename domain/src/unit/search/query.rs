//! What was typed, read as words, abbreviations, joined syllables and codes.

use std::ops::Range;

use super::super::collation::{CollationKey, collation_key};
use super::words;

/// Points of a word that is the typed one, begins with it, or is one slip away.
pub(super) const EXACT: u8 = 100;
const PREFIX: u8 = 72;
const SLIP: u8 = 45;

/// Words beyond these are not looked at: no name with all names above it has more.
const MOST_WORDS: usize = 24;

/// Abbreviations in use, and the English words for the kinds.
const SHORT: [(&str, &str); 21] = [
    ("tp", "thanh pho"),
    ("tt", "thi tran"),
    ("tx", "thi xa"),
    ("dk", "dac khu"),
    ("hcm", "ho chi minh"),
    ("tphcm", "thanh pho ho chi minh"),
    ("tpct", "thanh pho can tho"),
    ("tphn", "thanh pho ha noi"),
    ("hn", "ha noi"),
    ("brvt", "ba ria vung tau"),
    ("tth", "thua thien hue"),
    ("ward", "phuong"),
    ("commune", "xa"),
    ("township", "thi tran"),
    ("town", "thi xa"),
    ("city", "thanh pho"),
    ("province", "tinh"),
    ("district", "huien"),
    ("zone", "dac khu"),
    ("ubnd", ""),
    ("special", ""),
];

/// Single letters before a name: "p. hong ngu", "q 1".
const LETTERS: [(&str, &str); 6] = [
    ("p", "phuong"),
    ("f", "phuong"),
    ("x", "xa"),
    ("q", "quan"),
    ("h", "huien"),
    ("t", "tinh"),
];

/// The distinct words of all names.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// Sorted, so numbers come first; a word's number is its place.
    words: Vec<String>,
    /// Where the words that begin with a letter begin.
    letters: usize,
}

impl Vocabulary {
    /// `words` are sorted and distinct.
    pub(super) fn new(words: Vec<String>) -> Self {
        let letters = words.partition_point(|word| word.as_bytes().first().is_some_and(u8::is_ascii_digit));
        Self { words, letters }
    }

    /// The places of the words that begin with `start`.
    fn begun(&self, start: &str) -> Range<usize> {
        let from = self.words.partition_point(|word| word.as_str() < start);
        let count = self.words[from..]
            .iter()
            .take_while(|word| word.starts_with(start))
            .count();
        from..from + count
    }
}

/// How well the vocabulary fits one typed word.
#[derive(Clone)]
pub(super) struct Fit {
    /// For every word of the vocabulary, 0 to [`EXACT`].
    pub(super) points: Vec<u8>,
    /// The words with points.
    pub(super) words: Vec<u32>,
    best: u8,
}

impl Fit {
    /// Only the last typed word may be unfinished; numbers have no slips.
    fn new(word: &str, last: bool, vocabulary: &Vocabulary) -> Self {
        let mut fit = Self {
            points: vec![0; vocabulary.words.len()],
            words: Vec::new(),
            best: 0,
        };
        if word.len() >= 3 && !word.bytes().all(|b| b.is_ascii_digit()) {
            for (at, known) in vocabulary.words.iter().enumerate().skip(vocabulary.letters) {
                if known.len() >= 2 && known.len().abs_diff(word.len()) <= 1 && is_one_slip(word, known) {
                    fit.give(at, SLIP);
                }
            }
        }
        for at in vocabulary.begun(word) {
            if vocabulary.words[at] == word {
                fit.give(at, EXACT);
            } else if last {
                fit.give(at, PREFIX);
            }
        }
        fit
    }

    fn give(&mut self, at: usize, points: u8) {
        if self.points[at] == 0 {
            self.words.extend(u32::try_from(at));
        }
        self.points[at] = points;
        self.best = self.best.max(points);
    }
}

/// One way to read the typed text, word by word.
pub(super) struct Typed {
    pub(super) fits: Vec<Fit>,
}

/// The codes that a bare number may mean: as it stands, then with the leading zeros that spreadsheets
/// drop.
pub(super) fn codes(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 5 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let mut codes = vec![text.to_owned()];
    codes.extend(
        [2, 3, 5]
            .iter()
            .filter(|width| **width > text.len())
            .map(|width| format!("{text:0>width$}")),
    );
    codes
}

/// The words typed with marks, by letters and tone: they tell "Tam Dương" from "Tam Đường".
pub(super) fn marked_words(text: &str) -> Vec<CollationKey> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_ascii())
        .map(collation_key)
        .collect()
}

impl Typed {
    /// The readings of `text` worth trying; none when no word of it resembles anything.
    pub(super) fn readings(text: &str, vocabulary: &Vocabulary) -> Vec<Self> {
        let mut typed = expand(words(text));
        typed.truncate(MOST_WORDS);
        let mut readings: Vec<Vec<Fit>> = vec![Vec::new()];
        for (at, word) in typed.iter().enumerate() {
            let last = at + 1 == typed.len();
            let fit = Fit::new(word, last, vocabulary);
            let mut alternatives = if fit.best > SLIP {
                Vec::new()
            } else {
                splits(word, last, vocabulary)
            };
            if fit.best > 0 {
                alternatives.push(vec![fit]);
            }
            // A word that resembles nothing is passed over rather than losing the rest.
            if !alternatives.is_empty() {
                readings = alternatives
                    .iter()
                    .flat_map(|more| readings.iter().map(|known| [known.as_slice(), more].concat()))
                    .take(8)
                    .collect();
            }
        }
        readings
            .into_iter()
            .filter(|fits| !fits.is_empty())
            .map(|fits| Self { fits })
            .collect()
    }
}

/// Words with abbreviations written out; a single letter counts as one only before another word, for it
/// may be the beginning of the word being typed.
fn expand(typed: Vec<String>) -> Vec<String> {
    let count = typed.len();
    let mut expanded = Vec::with_capacity(count + 2);
    for (at, word) in typed.into_iter().enumerate() {
        let followed = at + 1 < count;
        let digits = word.len() > 1 && word[1..].bytes().all(|b| b.is_ascii_digit());
        let letter = LETTERS.iter().find(|(short, _)| word.starts_with(short));
        if let Some((_, long)) = SHORT
            .iter()
            .find(|(short, _)| *short == word && (followed || count == 1 || short.len() > 2))
        {
            expanded.extend(long.split(' ').filter(|w| !w.is_empty()).map(str::to_owned));
        } else if let Some((_, long)) = letter.filter(|_| digits || (word.len() == 1 && followed)) {
            // "q1", "p12".
            expanded.push((*long).to_owned());
            if digits {
                expanded.push(word[1..].to_owned());
            }
        } else {
            expanded.push(word);
        }
    }
    expanded
}

/// Whether one letter too many, too few, wrong or two swapped turn `a` into `b`.
fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    if long.len() > short.len() {
        return long[same + 1..] == short[same..];
    }
    let swapped = same + 1 < long.len()
        && long[same] == short[same + 1]
        && long[same + 1] == short[same]
        && long[same + 2..] == short[same + 2..];
    swapped || same == long.len() || long[same + 1..] == short[same + 1..]
}

/// The ways to cut a word typed without spaces into as few known words as possible, at most four ways.
fn splits(word: &str, last: bool, vocabulary: &Vocabulary) -> Vec<Vec<Fit>> {
    let mut ways: Vec<Vec<&str>> = vec![Vec::new()];
    // Each round adds one word to every unfinished way; "thanhphohochiminh" has five.
    for _ in 0..6 {
        let mut longer = Vec::new();
        for way in &ways {
            let start: usize = way.iter().map(|part| part.len()).sum();
            for end in (start + 2..=word.len()).rev() {
                let part = &word[start..end];
                let known = vocabulary
                    .words
                    .binary_search_by(|w| w.as_str().cmp(part))
                    .is_ok();
                let begun = last && end == word.len() && !vocabulary.begun(part).is_empty();
                if known || begun {
                    longer.push([way.as_slice(), &[part]].concat());
                }
            }
        }
        let whole: Vec<_> = longer
            .iter()
            .filter(|way| way.iter().map(|part| part.len()).sum::<usize>() == word.len())
            .collect();
        if !whole.is_empty() {
            return whole
                .into_iter()
                .take(4)
                .map(|way| {
                    let count = way.len();
                    way.iter()
                        .enumerate()
                        .map(|(at, part)| Fit::new(part, last && at + 1 == count, vocabulary))
                        .collect()
                })
                .collect();
        }
        longer.truncate(64);
        ways = longer;
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_lost_its_zeros() {
        assert_eq!(codes("8869"), ["8869", "08869"]);
        assert_eq!(codes("1"), ["1", "01", "001", "00001"]);
        assert_eq!(codes(" 29954 "), ["29954"]);
        assert!(codes("p1").is_empty());
    }

    #[test]
    fn slips_are_one_letter() {
        for slip in ["hogn", "hng", "hongg", "hong", "homg", "ong"] {
            assert!(is_one_slip(slip, "hong"), "{slip}");
        }
        for other in ["hg", "hang2", "gnoh", "hungn"] {
            assert!(!is_one_slip(other, "hong"), "{other}");
        }
    }

    #[test]
    fn abbreviations_are_written_out_before_a_name_only() {
        let read = |text: &str| expand(words(text)).join(" ");
        assert_eq!(read("P. Hồng Ngự"), "phuong hong ngu");
        assert_eq!(read("q1 tphcm"), "quan 1 thanh pho ho chi minh");
        assert_eq!(read("phú t"), "phu t");
        assert_eq!(read("UBND phường An Bình"), "phuong an binh");
        assert_eq!(read("tp cần thơ"), "thanh pho can tho");
    }
}
