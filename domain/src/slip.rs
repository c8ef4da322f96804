//! The slip of a dossier: a one-time code on the paper that a person takes home, or in a link, so that one dossier rates
//! once. It has the form of every one-time code ([`crate::code`]), so a device without a network can tell a slip of the
//! finger; whether it was used, and what is known from it, only the server can tell.

use crate::answer::{Answer, Answers};
use crate::code::{Code, CodeError, ONE_TIME_LENGTH};
use crate::questionnaire::{AnswerKind, Question, Version};

/// The name of the link's parameter.
pub const PARAMETER: &str = "slip";

/// The question that asks for the field of the procedure. What a slip knows of it is not asked.
pub const FIELD: &str = "field";

/// The address of a point's form with a slip, on the server that issued it.
pub fn link(point: &str, code: &Code) -> String {
    format!("/s/{point}?{PARAMETER}={code}")
}

/// Reads what a person typed or a scanner read: the code, or the link that carries it.
pub fn read(text: &str) -> Result<Code, CodeError> {
    let text = text.trim();
    let carried = text.split_once('?').and_then(|(_, query)| {
        query
            .split(['&', '#'])
            .find_map(|pair| pair.strip_prefix("slip="))
    });
    Code::parse(carried.unwrap_or(text), ONE_TIME_LENGTH)
}

/// The question of the field, where a version has one as a choice of one.
pub fn field_question(version: &Version) -> Option<&Question> {
    let (_, question) = version.questions().find(|(_, question)| question.id == FIELD)?;
    matches!(question.answer, AnswerKind::Single { .. }).then_some(question)
}

/// The place of a field among the options of a version.
pub fn field_option(version: &Version, field: &str) -> Option<usize> {
    match &field_question(version)?.answer {
        AnswerKind::Single { options } => options.iter().position(|option| option.id == field),
        _ => None,
    }
}

/// Takes the field from the slip, whatever was answered: the slip knows it. A field that the version does not have
/// changes nothing.
pub fn fill(version: &Version, answers: &mut Answers, field: &str) {
    let option = field_option(version, field).and_then(|option| u8::try_from(option).ok());
    let place = version.layout().item(FIELD);
    if let Some((option, item)) = option.zip(place.and_then(|place| answers.items.get_mut(place))) {
        *item = Answer::Choice(option);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::answer::Unasked;

    #[test]
    fn a_code_is_read_as_typed_and_from_its_link() {
        let code = Code::from_random(ONE_TIME_LENGTH, &[7; 16]).expect("enough bytes");
        let typed = format!(" {} ", code.grouped().to_lowercase());
        assert_eq!(read(&typed), Ok(code.clone()));
        let link = link("23456786", &code);
        assert_eq!(
            read(&format!("https://nghedan.example.vn/en{link}&a=1#top")),
            Ok(code.clone())
        );
        assert_eq!(read(&link), Ok(code.clone()));
        let mut slipped = code.as_str().to_owned();
        slipped.replace_range(0..1, if slipped.starts_with('2') { "3" } else { "2" });
        assert_eq!(read(&slipped), Err(CodeError::Check));
        assert_eq!(
            read("https://nghedan.example.vn/s/23456786"),
            Err(CodeError::Length { expected: 16 })
        );
    }

    #[test]
    fn the_slip_knows_the_field() {
        let version = Version::parse(crate::official::DESK_RATING_1).expect("a version");
        let said = json!({"field": "business"});
        let said = said.as_object().cloned().unwrap_or_default();
        for respondent in [said, Map::new()] {
            let mut answers =
                Answers::parse(&version, &respondent, &Map::new(), Unasked::Refuse).expect("answers");
            fill(&version, &mut answers, "land");
            assert_eq!(answers.to_json(&version).0["field"], "land");
            fill(&version, &mut answers, "of-another-version");
            assert_eq!(answers.to_json(&version).0["field"], "land");
        }
        let without = Version::parse(crate::official::SIPAS_2023).expect("a version");
        assert!(field_question(&without).is_none());
    }
}
