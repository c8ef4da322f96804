//! The posted form: what was typed, and the few fields that are the form's own.
//!
//! Nothing is stored on the server between two pages: every page carries all earlier answers in hidden fields.

use std::collections::BTreeMap;

use domain::answer::{Answers, Unasked};
use domain::form::{RawForm, field_name};
use domain::questionnaire::Version;
use domain::response::FieldError;

/// Names of the form's own fields.
pub(crate) mod own {
    /// The response's id, chosen when the form opens, so that a double submit is one response.
    pub(crate) const ID: &str = "_id";
    pub(crate) const NONCE: &str = "_nonce";
    /// Unix seconds at which the form was opened.
    pub(crate) const OPENED: &str = "_opened";
    /// The civil date and the duration in seconds, fixed when the answers are shown for sending: a repeat
    /// must be the same content.
    pub(crate) const ANSWERED_ON: &str = "_on";
    pub(crate) const DURATION: &str = "_duration";
    /// The one-time code as typed.
    pub(crate) const CODE: &str = "_code";
    /// The step that was on the screen.
    pub(crate) const AT: &str = "_at";
    /// What the pressed button asks for.
    pub(crate) const GO: &str = "_go";
    /// Conditional questions and rows that were on the screen, by the names of their fields.
    pub(crate) const SEEN: &str = "_seen";

    /// Those that go with the form until it is sent.
    pub(super) const CARRIED: [&str; 6] = [ID, NONCE, OPENED, ANSWERED_ON, DURATION, CODE];
}

/// A form as it was posted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    own: BTreeMap<&'static str, String>,
    answers: RawForm,
}

/// What the person did, apart from what was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pressed {
    pub(crate) at: String,
    pub(crate) go: String,
    pub(crate) seen: Vec<String>,
}

impl Form {
    /// Takes the pairs of a posted form apart; fields of other names are not ours and are left out.
    pub(crate) fn read(pairs: Vec<(String, String)>) -> (Self, Pressed) {
        let mut form = Self::default();
        let mut pressed = Pressed::default();
        let mut answers = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                own::AT => pressed.at = value,
                own::GO => pressed.go = value,
                own::SEEN => pressed.seen.push(value),
                _ if name.starts_with("a.") => {
                    if !value.is_empty() {
                        answers.push((name, value));
                    }
                }
                _ => {
                    if let Some(known) = own::CARRIED.into_iter().find(|known| *known == name) {
                        form.own.insert(known, value);
                    }
                }
            }
        }
        form.answers = RawForm::new(answers);
        (form, pressed)
    }

    /// A field of the form's own.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.own
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty())
    }

    /// Sets a field of the form's own.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.own.insert(name, value.into());
    }

    /// The form's own fields, for hidden inputs.
    pub(crate) fn carried(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.own.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The answers as typed.
    pub(crate) fn answers(&self) -> &RawForm {
        &self.answers
    }

    /// Answers a field in place of the person: it is known already.
    pub(crate) fn know(&mut self, field: &str, value: &str) {
        let others = self.answers.pairs().iter().filter(|(name, _)| name != field);
        let mut pairs = others.cloned().collect::<Vec<_>>();
        pairs.push((field.to_owned(), value.to_owned()));
        self.answers = RawForm::new(pairs);
    }

    /// The answers as far as they fit the version, and what does not.
    pub(crate) fn check(&self, version: &Version) -> (Answers, Vec<FieldError>) {
        let (respondent, answers) = self.answers.read(version);
        Answers::read(version, &respondent, &answers, Unasked::Drop)
    }
}

/// The field that an error is about: `/answers/q9/c01` is the field `a.q9.c01`.
pub(crate) fn field_of(error: &FieldError) -> String {
    let path = error.path.trim_start_matches('/');
    let item = path
        .strip_prefix("answers/")
        .or_else(|| path.strip_prefix("respondent/"));
    match item.map(|item| {
        item.split_once('/')
            .map_or((item, None), |(question, row)| (question, Some(row)))
    }) {
        Some((question, row)) => field_name(question, row),
        None => path.to_owned(),
    }
}
