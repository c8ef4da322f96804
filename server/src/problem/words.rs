//! Vietnamese for the English words that stand in parameters.
//!
//! Parameters themselves stay as they are, so that clients may go by them; only sentences are translated.

const WORDS: &[(&str, &str)] = &[
    // Things that were not found.
    ("point", "điểm lấy ý kiến"),
    ("unit", "đơn vị"),
    ("campaign", "đợt khảo sát"),
    ("questionnaire version", "phiên bản mẫu phiếu"),
    ("device", "thiết bị"),
    // What a field or parameter takes.
    ("object", "đối tượng"),
    ("object {key, version, hash}", "đối tượng {key, version, hash}"),
    ("array", "danh sách"),
    ("boolean", "true hoặc false"),
    ("string", "chuỗi ký tự"),
    ("integer", "số nguyên"),
    ("date", "ngày dạng 2026-11-22"),
    ("hexadecimal", "số hệ mười sáu đủ độ dài"),
    ("uuid", "UUID"),
    ("language tag", "mã ngôn ngữ"),
    ("mode of answering", "cách trả lời"),
    ("RFC 3339 instant", "thời điểm dạng RFC 3339"),
    ("six digits or more", "từ sáu chữ số trở lên"),
    ("something longer", "nội dung dài hơn"),
    (
        "letters without accents, digits, `-`, `_` and `.`",
        "chữ cái không dấu, chữ số, `-`, `_` và `.`",
    ),
    ("at most 200 characters", "nhiều nhất 200 ký tự"),
    ("a number from 0 to 2147483647", "số từ 0 đến 2147483647"),
    ("a number from 1 to 200", "số từ 1 đến 200"),
    ("a number, 1 or higher", "số từ 1 trở lên"),
    ("the value 1", "giá trị 1"),
    ("the id of a unit", "mã UUID của đơn vị"),
    ("a date such as 2026-11-22", "ngày dạng 2026-11-22"),
    (
        "a period such as 2026, 2026-Q4, 2026-11 or campaign",
        "kỳ như 2026, 2026-Q4, 2026-11 hoặc campaign",
    ),
    ("desk, online, field or import", "desk, online, field hoặc import"),
    ("code, name or weakest_first", "code, name hoặc weakest_first"),
];

/// The Vietnamese word, or what was given when it needs none.
pub(super) fn vietnamese(english: &str) -> &str {
    WORDS
        .iter()
        .find(|(known, _)| *known == english)
        .map_or(english, |(_, vietnamese)| vietnamese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_the_sources_put_into_a_parameter_has_its_vietnamese() {
        let sources = [
            include_str!("../api/units.rs"),
            include_str!("../api/indicators.rs"),
            include_str!("../api/points.rs"),
            include_str!("../api/questionnaires.rs"),
            include_str!("../../../domain/src/response/document.rs"),
            include_str!("../../../domain/src/answer/json.rs"),
            include_str!("../api/devices.rs"),
            include_str!("../../../service/src/devices.rs"),
            include_str!("../../../service/src/setup/points.rs"),
        ];
        let mut found = 0;
        for source in sources {
            for call in [
                "not_found(",
                "bad_parameter(",
                "expected(",
                "parsed(",
                "optional(",
                "ValidationError::new(",
            ] {
                for rest in source.split(call).skip(1) {
                    let arguments = arguments(rest);
                    // The last argument, when it is a literal.
                    let literal = arguments.trim_end().trim_end_matches(',').strip_suffix('"');
                    let Some(word) = literal.and_then(|text| text.rsplit('"').next()) else {
                        continue;
                    };
                    assert!(
                        WORDS.iter().any(|(known, _)| *known == word),
                        "no Vietnamese for `{word}`"
                    );
                    found += 1;
                }
            }
        }
        assert!(found > 20, "the sources are read: {found}");
    }

    /// What stands between the parenthesis that was opened and the one that closes it.
    fn arguments(rest: &str) -> &str {
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        &rest[..end.unwrap_or(0)]
    }
}
