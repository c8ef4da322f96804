//! One person's way through the questions, one at a time. It lives in memory only.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::answer::{Answer, Answers};
use domain::form::{Walk, rows};
use domain::questionnaire::{AnswerKind, Question, Version};
use domain::slip;
use domain::text::Text;

/// One screen: a question, or one row of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The question's place in printed order.
    pub question: usize,
    /// The row's place in its grid.
    pub row: Option<usize>,
}

/// What one person has answered so far.
#[derive(Clone, Debug)]
pub struct Session {
    version: Arc<Version>,
    items: Vec<Answer>,
    remarks: BTreeMap<usize, String>,
    /// The place of a question whose answer is known, so that it is not asked.
    known: Option<usize>,
    at: Step,
    typed: Typed,
}

/// What is typed on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Typed {
    /// An answer, or nothing.
    #[default]
    Read,
    /// No answer as it stands.
    Unread,
    /// No answer as it stands, and the person meant to go on with it.
    Sent,
}

impl Session {
    /// Before the first question; none when the version asks nothing.
    pub fn begin(version: Arc<Version>) -> Option<Self> {
        let at = *steps(&version, &[], None).first()?;
        Some(Self {
            version,
            items: Vec::new(),
            remarks: BTreeMap::new(),
            known: None,
            at,
            typed: Typed::Read,
        })
    }

    /// Takes the field of the procedure from a slip before the first question. One that the version does not have is
    /// asked for.
    pub fn know_field(&mut self, field: &str) {
        let version = Arc::clone(&self.version);
        let option = slip::field_option(&version, field).and_then(|option| u8::try_from(option).ok());
        let place = version
            .questions()
            .position(|(_, question)| question.id == slip::FIELD);
        let Some((option, question)) = option.zip(place) else {
            return;
        };
        self.at = Step { question, row: None };
        self.set(Answer::Choice(option));
        self.known = Some(question);
        if let Some(first) = self.steps().first() {
            self.at = *first;
        }
    }

    fn steps(&self) -> Vec<Step> {
        steps(&self.version, &self.items, self.known)
    }

    pub fn version(&self) -> &Arc<Version> {
        &self.version
    }

    pub fn at(&self) -> Step {
        self.at
    }

    /// The question on the screen.
    pub fn question(&self) -> Option<&Question> {
        self.version
            .questions()
            .nth(self.at.question)
            .map(|(_, question)| question)
    }

    /// The text of the row on the screen.
    pub fn row_text(&self) -> Option<&Text> {
        let row = self.at.row?;
        Some(rows(self.version.definition(), self.question()?).get(row)?.text)
    }

    /// The place of the screen among those that are asked now, from 1, and their number.
    pub fn progress(&self) -> (usize, usize) {
        let steps = self.steps();
        let place = steps.iter().position(|step| *step == self.at);
        (place.map_or(1, |place| place + 1), steps.len())
    }

    /// The answer to the question on the screen.
    pub fn answer(&self) -> Answer {
        let given = self.item(self.at).and_then(|item| self.items.get(item));
        given.copied().unwrap_or(Answer::Skipped)
    }

    pub fn remark(&self) -> &str {
        self.remarks.get(&self.at.question).map_or("", String::as_str)
    }

    /// Answers the question on the screen.
    pub fn set(&mut self, answer: Answer) {
        let Some(item) = self.item(self.at) else { return };
        if self.items.len() <= item {
            self.items.resize(item + 1, Answer::Skipped);
        }
        if let Some(place) = self.items.get_mut(item) {
            *place = answer;
        }
    }

    /// Takes what is typed on the screen, and what it says, if anything. Words that say nothing are not taken as skipped: who
    /// goes on with them is told.
    pub fn set_typed(&mut self, typed: bool, answer: Option<Answer>) {
        self.typed = if typed && answer.is_none() {
            Typed::Unread
        } else {
            Typed::Read
        };
        self.set(answer.unwrap_or(Answer::Skipped));
    }

    /// Whether what is typed on the screen is no answer as it stands.
    pub fn is_unread(&self) -> bool {
        self.typed != Typed::Read
    }

    /// Whether the person meant to go on with what is no answer as it stands.
    pub fn is_told(&self) -> bool {
        self.typed == Typed::Sent
    }

    pub fn set_remark(&mut self, text: &str) {
        if text.trim().is_empty() {
            self.remarks.remove(&self.at.question);
        } else {
            self.remarks.insert(self.at.question, text.to_owned());
        }
    }

    /// Whether the question on the screen may be left without an answer.
    pub fn may_skip(&self) -> bool {
        self.question().is_none_or(|question| !question.required)
    }

    /// Whether the question on the screen has an answer.
    pub fn is_answered(&self) -> bool {
        if self.is_text() {
            !self.remark().is_empty()
        } else {
            !matches!(self.answer(), Answer::Skipped | Answer::NotShown)
        }
    }

    /// Whether the question on the screen is answered in words.
    pub fn is_text(&self) -> bool {
        self.question().is_some_and(|question| {
            matches!(
                question.answer,
                AnswerKind::ShortText { .. } | AnswerKind::LongText { .. }
            )
        })
    }

    /// Goes to the next question that is asked; false when there is none. From what is typed and no answer it does not go on.
    pub fn forward(&mut self) -> bool {
        if self.is_unread() {
            self.typed = Typed::Sent;
            return true;
        }
        let steps = self.steps();
        let next = steps.iter().find(|step| order(**step) > order(self.at));
        self.at = next.copied().unwrap_or(self.at);
        next.is_some()
    }

    /// Goes to the question before; false when there is none.
    pub fn back(&mut self) -> bool {
        self.typed = Typed::Read;
        let steps = self.steps();
        let before = steps.iter().rev().find(|step| order(**step) < order(self.at));
        self.at = before.copied().unwrap_or(self.at);
        before.is_some()
    }

    /// The answers as they are sent: without those that a later answer made pointless.
    pub fn answers(&self) -> Answers {
        let walk = Walk::new(&self.version, &self.items);
        let remarks = self
            .remarks
            .iter()
            .filter(|(place, _)| walk.asked(**place).is_some());
        Answers {
            items: walk.items().to_vec(),
            remarks: remarks
                .map(|(place, text)| (*place, text.trim().to_owned()))
                .collect(),
        }
    }

    /// The place of a step's answer in the layout; none for texts.
    fn item(&self, step: Step) -> Option<usize> {
        let items = self.version.layout().items();
        items
            .iter()
            .position(|item| item.question == step.question && item.row == step.row)
    }
}

/// The screens that are asked, given the answers so far.
fn steps(version: &Version, items: &[Answer], known: Option<usize>) -> Vec<Step> {
    let walk = Walk::new(version, items);
    let count = version.questions().count();
    let asked = (0..count)
        .filter(|question| Some(*question) != known)
        .filter_map(|question| walk.asked(question));
    asked
        .flat_map(|asked| {
            let whole = asked.rows.is_empty().then_some(None);
            let rows = asked.rows.iter().map(|row| Some(*row));
            whole.into_iter().chain(rows).map(|row| Step {
                question: asked.question,
                row,
            })
        })
        .collect()
}

fn order(step: Step) -> (usize, usize) {
    (step.question, step.row.map_or(0, |row| row + 1))
}

#[cfg(test)]
mod tests {
    use domain::channel::Mode;

    use super::*;

    fn session() -> Session {
        let text = include_str!("../../../../data/questionnaires/desk-rating-1.json");
        Session::begin(Arc::new(Version::parse(text).unwrap())).unwrap()
    }

    /// The id of the question, or of the question and the text of its row.
    fn shown(session: &Session) -> String {
        let id = session.question().unwrap().id.clone();
        session.at().row.map_or(id.clone(), |row| format!("{id}.{row}"))
    }

    fn walk_through(session: &mut Session, score: u8) -> Vec<String> {
        let mut seen = vec![shown(session)];
        loop {
            match session.question().unwrap().answer {
                AnswerKind::Rating { .. } | AnswerKind::Satisfaction { .. } => {
                    session.set(Answer::Choice(score - 1));
                }
                AnswerKind::LongText { .. } => session.set_remark(" Cảm ơn. "),
                _ => {}
            }
            if !session.forward() {
                return seen;
            }
            seen.push(shown(session));
        }
    }

    #[test]
    fn a_content_person_sees_no_question_for_reasons() {
        let mut session = session();
        let seen = walk_through(&mut session, 5);
        assert_eq!(
            seen[..7],
            [
                "purpose",
                "respondent_type",
                "field",
                "overall",
                "aspects.0",
                "aspects.1",
                "aspects.2"
            ]
        );
        assert!(!seen.contains(&"disappointed".to_owned()), "{seen:?}");
        let (place, count) = session.progress();
        assert_eq!((place, count), (seen.len(), seen.len()));
        let answers = session.answers();
        assert_eq!(answers.remarks.len(), 1);
        assert_eq!(answers.remarks[0].1, "Cảm ơn.");
    }

    #[test]
    fn a_low_rating_asks_why_and_a_change_of_mind_takes_the_reasons_back() {
        let mut session = session();
        let seen = walk_through(&mut session, 2);
        assert!(seen.contains(&"disappointed".to_owned()), "{seen:?}");
        while shown(&session) != "disappointed" {
            assert!(session.back());
        }
        session.set(Answer::Multiple(0b11));
        while session.back() {}
        assert_eq!(shown(&session), "purpose");
        walk_through(&mut session, 4);
        let version = Arc::clone(session.version());
        let (_, answers) = session.answers().to_json(&version);
        assert!(!answers.contains_key("disappointed"), "{answers:?}");
        assert_eq!(answers["overall"], 4);
    }

    #[test]
    fn what_a_slip_knows_is_answered_and_not_asked() {
        let mut session = session();
        session.know_field("land");
        let seen = walk_through(&mut session, 5);
        assert_eq!(seen[..3], ["purpose", "respondent_type", "overall"]);
        let version = Arc::clone(session.version());
        assert_eq!(session.answers().to_json(&version).0["field"], "land");
        while session.back() {}
        assert_eq!(shown(&session), "purpose");

        let mut other = self::session();
        other.know_field("of-another-version");
        assert!(walk_through(&mut other, 5).contains(&"field".to_owned()));
    }

    #[test]
    fn what_is_typed_and_no_answer_is_not_taken_as_skipped() {
        let mut session = session();
        while shown(&session) != "field" {
            assert!(session.forward());
        }
        session.set_typed(true, None);
        assert!(session.is_unread() && !session.is_told());
        assert!(session.forward());
        assert_eq!(shown(&session), "field");
        assert!(session.is_told());
        session.set_typed(true, Some(Answer::Choice(0)));
        assert!(session.forward() && !session.is_unread());
        assert_ne!(shown(&session), "field");

        session.set_typed(true, None);
        assert!(session.back() && !session.is_unread());
        session.set_typed(false, None);
        assert!(session.forward());
        assert_ne!(shown(&session), "field");
    }

    #[test]
    fn whoever_was_helped_is_known_to_have_been() {
        let mut session = session();
        while shown(&session) != "helped" {
            assert!(session.forward());
        }
        assert_eq!(session.answers().mode(session.version()), Mode::SelfScreen);
        session.set(Answer::Choice(3));
        assert_eq!(session.answers().mode(session.version()), Mode::HelpedByOfficial);
    }
}
