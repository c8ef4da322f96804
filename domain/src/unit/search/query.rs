//! What was typed, read as words, abbreviations, joined syllables and codes.

use super::super::collation::{CollationKey, collation_key};
use super::words;

/// How well each word of the vocabulary fits a typed word: 0 not at all … [`EXACT`].
pub(super) const EXACT: u8 = 100;
const PREFIX: u8 = 72;
const SLIP: u8 = 45;

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

/// One way to read the typed text: for each word, how well every vocabulary word fits it.
pub(super) struct Typed {
    pub(super) fits: Vec<Vec<u8>>,
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
    pub(super) fn readings(text: &str, vocabulary: &[String]) -> Vec<Self> {
        let typed = expand(words(text));
        let mut readings: Vec<Vec<Vec<u8>>> = vec![Vec::new()];
        for (at, word) in typed.iter().enumerate() {
            let last = at + 1 == typed.len();
            let fit = fit(word, last, vocabulary);
            let alternatives: Vec<Vec<Vec<u8>>> = if fit.iter().any(|points| *points > SLIP) {
                vec![vec![fit]]
            } else {
                let mut alternatives: Vec<_> = splits(word, last, vocabulary);
                if fit.iter().any(|points| *points > 0) {
                    alternatives.push(vec![fit]);
                }
                alternatives
            };
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

/// How well every vocabulary word fits `word`; only the last typed word may be unfinished.
fn fit(word: &str, last: bool, vocabulary: &[String]) -> Vec<u8> {
    let number = word.bytes().all(|b| b.is_ascii_digit());
    vocabulary
        .iter()
        .map(|known| {
            if known == word {
                EXACT
            } else if last && known.starts_with(word) {
                PREFIX
            } else if !number && word.len() >= 3 && known.len() >= 2 && is_one_slip(word, known) {
                SLIP
            } else {
                0
            }
        })
        .collect()
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
fn splits(word: &str, last: bool, vocabulary: &[String]) -> Vec<Vec<Vec<u8>>> {
    let mut ways: Vec<Vec<&str>> = vec![Vec::new()];
    // Each round adds one word to every unfinished way; "thanhphohochiminh" has five.
    for _ in 0..6 {
        let mut longer = Vec::new();
        for way in &ways {
            let start: usize = way.iter().map(|part| part.len()).sum();
            for end in (start + 2..=word.len()).rev() {
                let part = &word[start..end];
                let known = vocabulary.binary_search_by(|w| w.as_str().cmp(part)).is_ok();
                let begun = last && end == word.len() && {
                    let place = vocabulary.partition_point(|w| w.as_str() < part);
                    vocabulary.get(place).is_some_and(|w| w.starts_with(part))
                };
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
                        .map(|(at, part)| fit(part, last && at + 1 == count, vocabulary))
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
