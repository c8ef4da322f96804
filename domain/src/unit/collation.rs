//! Vietnamese letters: the order of names, and the folded form that search compares.
//!
//! Order (UX.md, "Words"): letters a ă â b c d đ e ê … o ô ơ … u ư … y; tones ngang, huyền, hỏi, ngã,
//! sắc, nặng. Names are compared syllable by syllable as dictionaries do: the letters of a syllable,
//! then its tone, then the next syllable, so that every "Hoa …" comes before every "Hòa …".

/// The six forms of each vowel, in the order of the tones.
const VOWELS: [(char, [char; 6]); 12] = [
    ('a', ['a', 'à', 'ả', 'ã', 'á', 'ạ']),
    ('ă', ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ']),
    ('â', ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ']),
    ('e', ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ']),
    ('ê', ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ']),
    ('i', ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị']),
    ('o', ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ']),
    ('ô', ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ']),
    ('ơ', ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ']),
    ('u', ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ']),
    ('ư', ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự']),
    ('y', ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ']),
];

/// The letters in Vietnamese order; f, j, w and z stand where the Latin alphabet has them.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// The letter without its tone, and the tone (0 ngang … 5 nặng). Lower case in, lower case out.
fn untone(letter: char) -> (char, u8) {
    if letter.is_ascii() {
        return (letter, 0);
    }
    for (vowel, forms) in &VOWELS {
        for (tone, form) in (0u8..).zip(forms) {
            if *form == letter {
                return (*vowel, tone);
            }
        }
    }
    (letter, 0)
}

/// The tone that a combining mark stands for; names typed on some systems come decomposed.
const fn combining_tone(mark: char) -> Option<u8> {
    match mark {
        '\u{300}' => Some(1),
        '\u{309}' => Some(2),
        '\u{303}' => Some(3),
        '\u{301}' => Some(4),
        '\u{323}' => Some(5),
        _ => None,
    }
}

/// The letter that a combining breve, circumflex or horn makes of the plain one before it.
const fn with_mark(letter: char, mark: char) -> Option<char> {
    match (letter, mark) {
        ('a', '\u{306}') => Some('ă'),
        ('a', '\u{302}') => Some('â'),
        ('e', '\u{302}') => Some('ê'),
        ('o', '\u{302}') => Some('ô'),
        ('o', '\u{31b}') => Some('ơ'),
        ('u', '\u{31b}') => Some('ư'),
        _ => None,
    }
}

/// Letters and tone of one syllable, from composed or decomposed text.
fn syllable(text: &str) -> (Vec<char>, u8) {
    let mut letters: Vec<char> = Vec::new();
    let mut tone = 0;
    for c in text.chars().flat_map(char::to_lowercase) {
        if let Some(mark) = combining_tone(c) {
            tone = mark;
        } else if let Some(marked) = letters.last().and_then(|last| with_mark(*last, c)) {
            letters.pop();
            letters.push(marked);
        } else {
            let (letter, own) = untone(c);
            letters.push(letter);
            tone = tone.max(own);
        }
    }
    (letters, tone)
}

/// A key by which names sort in Vietnamese order. Equal keys are equal names but for case and form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollationKey(Vec<u8>);

/// The place of a name in Vietnamese order; numbers compare as numbers, "Phường 2" before "Phường 10".
pub fn collation_key(name: &str) -> CollationKey {
    let mut key = Vec::with_capacity(name.len() + 8);
    for word in name
        .split(|c: char| c.is_whitespace() || c == '-')
        .filter(|word| !word.is_empty())
    {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            // Before all letters (1), then by length, then by digits.
            let digits = word.trim_start_matches('0');
            key.push(1);
            key.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
            key.extend_from_slice(digits.as_bytes());
            continue;
        }
        let (letters, tone) = syllable(word);
        for letter in letters {
            if letter == '\'' || letter == '’' {
                continue;
            }
            // A letter outside the alphabet sorts behind it, a digit before.
            let place = ALPHABET
                .chars()
                .position(|a| a == letter)
                .and_then(|at| u8::try_from(at + 20).ok());
            let digit = letter.to_digit(10).and_then(|d| u8::try_from(d + 4).ok());
            key.push(place.or(digit).unwrap_or(u8::MAX));
        }
        // 2 ends the letters, so a shorter syllable comes first; the tone follows.
        key.extend_from_slice(&[2, tone]);
    }
    CollationKey(key)
}

/// Lower case without any mark: `Hòa` and `Hoà` are both `hoa`, `đ` is `d`. Composed or decomposed.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii() {
            folded.push(c);
            continue;
        }
        match untone(c).0 {
            'ă' | 'â' => folded.push('a'),
            'ê' => folded.push('e'),
            'ô' | 'ơ' => folded.push('o'),
            'ư' => folded.push('u'),
            'đ' => folded.push('d'),
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by_key(|name| collation_key(name));
        names
    }

    #[test]
    fn letters_follow_the_vietnamese_alphabet() {
        let order = [
            "An", "Ăn", "Ân", "Ba", "Dương", "Đông", "Em", "Êm", "Gò", "Oi", "Ôn", "Ơn", "Um", "Ưng", "Y",
        ];
        let mut shuffled = order.to_vec();
        shuffled.reverse();
        assert_eq!(sorted(shuffled), order);
    }

    #[test]
    fn tones_follow_ngang_huyen_hoi_nga_sac_nang() {
        let order = ["ma", "mà", "mả", "mã", "má", "mạ"];
        assert_eq!(sorted(vec!["mạ", "mã", "ma", "má", "mả", "mà"]), order);
    }

    #[test]
    fn a_syllable_decides_before_the_next_one() {
        assert_eq!(
            sorted(vec!["Hòa An", "Hoàng Anh", "Hoa Binh", "Hóa Quỳ", "Hoan"]),
            ["Hoa Binh", "Hòa An", "Hóa Quỳ", "Hoan", "Hoàng Anh"]
        );
    }

    #[test]
    fn the_place_of_the_tone_mark_and_the_unicode_form_do_not_matter() {
        assert_eq!(collation_key("Hòa Bình"), collation_key("Hoà Bình"));
        assert_eq!(collation_key("Thủy"), collation_key("Thuỷ"));
        // "Hòa Bình" and "Thường" as some keyboards send them: letter, then marks.
        assert_eq!(collation_key("Ho\u{300}a Bi\u{300}nh"), collation_key("Hòa Bình"));
        assert_eq!(
            collation_key("Thu\u{31b}o\u{31b}\u{300}ng"),
            collation_key("Thường")
        );
    }

    #[test]
    fn numbers_compare_as_numbers_and_stand_before_letters() {
        assert_eq!(sorted(vec!["10", "An", "2", "1"]), ["1", "2", "10", "An"]);
        assert_eq!(
            sorted(vec!["Bảo Lâm 2", "Bảo Lâm 10", "Bảo Lâm"]),
            ["Bảo Lâm", "Bảo Lâm 2", "Bảo Lâm 10"]
        );
    }

    #[test]
    fn folding_strips_every_mark_in_either_form() {
        assert_eq!(fold("Phường HỒNG NGỰ, Đồng Tháp"), "phuong hong ngu, dong thap");
        assert_eq!(fold("Hoà"), fold("Hòa"));
        assert_eq!(fold("Thu\u{31b}o\u{31b}\u{300}ng"), "thuong");
        for (_, forms) in &VOWELS {
            for form in forms {
                assert!(fold(&form.to_string()).is_ascii(), "{form}");
                assert!(fold(&form.to_uppercase().to_string()).is_ascii(), "{form}");
            }
        }
    }
}
