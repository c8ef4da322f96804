//! The check that a definition passes before it is frozen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::condition::{Bound, Condition};
use crate::method::Method;
use crate::questionnaire::{AnswerKind, Definition, FORMAT, Factor, Question, Scale};
use crate::text::{Language, Text};

/// One thing wrong in a file, where it is, and what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer into the file, or the line and column of a syntax error.
    pub place: String,
    pub message: String,
}

impl Problem {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        Self::new(
            format!("line {}, column {}", error.line(), error.column()),
            error.to_string(),
        )
    }

    pub(super) fn no_canonical_form() -> Self {
        Self::new(
            "/",
            "the file has no canonical form; remove null values and fractions",
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

const MAX_OPTIONS: usize = 60;

pub(super) fn check(definition: &Definition) -> Result<(), Vec<Problem>> {
    let mut checker = Checker {
        definition,
        problems: Vec::new(),
        paths: BTreeMap::new(),
        asked: BTreeSet::new(),
    };
    checker.run();
    if checker.problems.is_empty() {
        Ok(())
    } else {
        Err(checker.problems)
    }
}

struct Checker<'a> {
    definition: &'a Definition,
    problems: Vec<Problem>,
    /// Item paths asked so far: a condition may look back, never ahead. Each with the levels of its scale, if any.
    paths: BTreeMap<String, Option<usize>>,
    /// Factors that some question asks.
    asked: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    fn run(&mut self) {
        let definition = self.definition;
        if definition.format != FORMAT {
            self.add("/format", format!("this program reads format {FORMAT}"));
        }
        for (place, value) in [
            ("/key", &definition.key),
            ("/version", &definition.version),
            ("/method", &definition.method),
        ] {
            if value.is_empty()
                || !value
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            {
                self.add(place, "use lower-case letters, digits and hyphens");
            }
        }
        if Method::by_id(&definition.method).is_none() {
            self.add("/method", format!("there is no method `{}`", definition.method));
        }
        if !definition.languages.contains(&Language::vi()) {
            self.add(
                "/languages",
                "add `vi`: Vietnamese is the language that others fall back to",
            );
        }
        self.text("/title", &definition.title);
        self.text("/provenance/note", &definition.provenance.note);
        self.unique("/scales", definition.scales.iter().map(|scale| scale.id.as_str()));
        for (index, scale) in definition.scales.iter().enumerate() {
            self.scale(&format!("/scales/{index}"), scale);
        }
        self.structure();
        self.unique(
            "/sections",
            definition.sections.iter().map(|section| section.id.as_str()),
        );
        self.unique(
            "/sections/*/questions",
            definition.questions().map(|(_, question)| question.id.as_str()),
        );
        for (s, section) in definition.sections.iter().enumerate() {
            let place = format!("/sections/{s}");
            self.text(&format!("{place}/title"), &section.title);
            self.optional_text(&format!("{place}/intro"), section.intro.as_ref());
            self.condition(&format!("{place}/when"), section.when.as_ref());
            if section.questions.is_empty() {
                self.add(&place, "a section needs a question");
            }
            for (q, question) in section.questions.iter().enumerate() {
                self.question(&format!("{place}/questions/{q}"), question);
            }
        }
        if definition.import_only {
            if !definition.sections.is_empty() {
                self.add(
                    "/sections",
                    "a questionnaire that is only imported asks nothing; remove the sections or `import_only`",
                );
            }
            return;
        }
        if definition.sections.is_empty() {
            self.add("/sections", "a questionnaire needs a section");
        }
        for factor in definition.factors() {
            if !self.asked.contains(factor.id.as_str()) {
                self.add(
                    "/parts",
                    format!(
                        "no question asks the factor `{}`; name it in a satisfaction question",
                        factor.id
                    ),
                );
            }
        }
        self.dimensions();
    }

    fn structure(&mut self) {
        let definition = self.definition;
        self.unique("/parts", definition.parts.iter().map(|part| part.id.as_str()));
        self.unique(
            "/parts/*/factors",
            definition.factors().map(|factor| factor.id.as_str()),
        );
        self.unique(
            "/parts/*/factors/*/criteria",
            definition
                .factors()
                .flat_map(|factor| &factor.criteria)
                .map(|criterion| criterion.id.as_str()),
        );
        for (p, part) in definition.parts.iter().enumerate() {
            self.text(&format!("/parts/{p}/title"), &part.title);
            if part.factors.is_empty() {
                self.add(&format!("/parts/{p}"), "a part needs a factor");
            }
            for (f, factor) in part.factors.iter().enumerate() {
                let place = format!("/parts/{p}/factors/{f}");
                self.text(&format!("{place}/title"), &factor.title);
                if factor.criteria.is_empty() && !definition.import_only {
                    self.add(&place, "a factor needs a criterion");
                }
                for (c, criterion) in factor.criteria.iter().enumerate() {
                    self.text(&format!("{place}/criteria/{c}/text"), &criterion.text);
                    self.optional_text(&format!("{place}/criteria/{c}/short"), criterion.short.as_ref());
                }
            }
        }
    }

    fn question(&mut self, place: &str, question: &'a Question) {
        self.text(&format!("{place}/text"), &question.text);
        self.optional_text(&format!("{place}/help"), question.help.as_ref());
        self.condition(&format!("{place}/when"), question.when.as_ref());
        let answer = format!("{place}/answer");
        if let AnswerKind::Satisfaction { no_opinion, .. }
        | AnswerKind::Grid { no_opinion, .. }
        | AnswerKind::Rating { no_opinion, .. } = &question.answer
        {
            self.optional_text(&format!("{answer}/no_opinion"), no_opinion.as_ref());
        }
        let id = &question.id;
        match &question.answer {
            AnswerKind::Satisfaction { scale, factors, .. } => {
                let levels = self.scale_of(&answer, scale);
                if levels.is_some_and(|scale| scale.satisfied_from.is_none()) {
                    self.add(
                        &answer,
                        format!("the scale `{scale}` needs `satisfied_from` to rate satisfaction"),
                    );
                }
                for factor_id in factors {
                    let Some((place, factor)) = self.factor(factor_id) else {
                        self.add(&answer, format!("there is no factor `{factor_id}` under /parts"));
                        continue;
                    };
                    if !self.asked.insert(&factor.id) {
                        self.add(&answer, format!("the factor `{factor_id}` is asked twice"));
                    }
                    for (c, criterion) in factor.criteria.iter().enumerate() {
                        self.condition(&format!("{place}/criteria/{c}/when"), criterion.when.as_ref());
                    }
                    let rows = factor.criteria.iter().map(|criterion| criterion.id.as_str());
                    self.on_scale(levels, rows.map(|row| format!("{id}.{row}")));
                }
            }
            AnswerKind::Grid { scale, rows, .. } => {
                let levels = self.scale_of(&answer, scale);
                self.unique(&format!("{answer}/rows"), rows.iter().map(|row| row.id.as_str()));
                for (r, row) in rows.iter().enumerate() {
                    self.text(&format!("{answer}/rows/{r}/text"), &row.text);
                    self.condition(&format!("{answer}/rows/{r}/when"), row.when.as_ref());
                }
                self.on_scale(levels, rows.iter().map(|row| format!("{id}.{}", row.id)));
            }
            AnswerKind::Rating { scale, .. } => {
                let levels = self.scale_of(&answer, scale);
                self.on_scale(levels, [id.clone()]);
            }
            AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
                if options.is_empty() || options.len() > MAX_OPTIONS {
                    self.add(&answer, format!("a choice has 1 to {MAX_OPTIONS} options"));
                }
                self.unique(
                    &format!("{answer}/options"),
                    options.iter().map(|option| option.id.as_str()),
                );
                for (o, option) in options.iter().enumerate() {
                    self.text(&format!("{answer}/options/{o}/text"), &option.text);
                    self.optional_text(&format!("{answer}/options/{o}/note"), option.note.as_ref());
                }
                if let AnswerKind::Multiple {
                    at_most: Some(most), ..
                } = &question.answer
                    && !(1..=options.len()).contains(&usize::from(*most))
                {
                    self.add(
                        &format!("{answer}/at_most"),
                        format!(
                            "`at_most` lies between 1 and the {} options; leave it out to allow all",
                            options.len()
                        ),
                    );
                }
                self.paths.insert(id.clone(), None);
            }
            AnswerKind::Number { min, max, classes } => {
                if min > max || !classes.is_sorted_by(|a, b| a < b) || classes.len() > MAX_OPTIONS {
                    self.add(
                        &answer,
                        "give `min` not above `max`, and `classes` in ascending order",
                    );
                }
                self.paths.insert(id.clone(), None);
            }
            AnswerKind::YesNo {} | AnswerKind::Date {} => {
                self.paths.insert(id.clone(), None);
            }
            AnswerKind::ShortText { max_length } | AnswerKind::LongText { max_length } => {
                if !(1..=4000).contains(max_length) {
                    self.add(&answer, "`max_length` lies between 1 and 4000 characters");
                }
            }
        }
    }

    fn dimensions(&mut self) {
        let definition = self.definition;
        if definition.dimensions.len() > 2 {
            self.add(
                "/dimensions",
                "results may be split by two questions at most, so that nobody can be singled out",
            );
        }
        for (index, path) in definition.dimensions.iter().enumerate() {
            let question = definition
                .questions()
                .find(|(_, question)| question.id == *path)
                .map(|(_, question)| question);
            let closed = question
                .is_some_and(|q| matches!(q.answer, AnswerKind::Single { .. } | AnswerKind::YesNo {}));
            if !closed {
                self.add(
                    &format!("/dimensions/{index}"),
                    format!("`{path}` is not a single choice or a yes/no question"),
                );
            }
            if question.is_some_and(Question::is_protected) {
                self.add(
                    &format!("/dimensions/{index}"),
                    "a sensitive or delicate question cannot split results",
                );
            }
        }
    }

    fn condition(&mut self, place: &str, condition: Option<&Condition>) {
        let Some(condition) = condition else { return };
        for item in condition.items() {
            if !self.paths.contains_key(item) {
                self.add(
                    place,
                    format!(
                        "`{item}` is not asked before this place; name an earlier question, or `question.row`"
                    ),
                );
            }
        }
        for (item, option) in condition.options() {
            let known = self.definition.questions().any(|(_, question)| {
                question.id == item
                    && match &question.answer {
                        AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
                            options.iter().any(|known| known.id == option)
                        }
                        AnswerKind::YesNo {} => matches!(option, "yes" | "no"),
                        _ => false,
                    }
            });
            if !known {
                self.add(place, format!("`{item}` has no option `{option}`"));
            }
        }
        for (item, bound, score) in condition.scores() {
            // An item that is not asked before is told above.
            let Some(levels) = self.paths.get(item) else {
                continue;
            };
            let Some(levels) = *levels else {
                self.add(
                    place,
                    format!(
                        "`{item}` is on no scale and has no score; compare it with `is`, or name a rated item"
                    ),
                );
                continue;
            };
            let (name, useful) = match bound {
                Bound::AtMost => ("at_most", 1..=levels.saturating_sub(1)),
                Bound::AtLeast => ("at_least", 2..=levels),
            };
            if !useful.contains(&usize::from(score)) {
                // A scale of one level, which is told by itself, has no score that would say something.
                let instead = if useful.is_empty() {
                    "use `answered`".to_owned()
                } else {
                    let (from, to) = (useful.start(), useful.end());
                    format!("give a score from {from} to {to}, or use `answered`")
                };
                self.add(
                    place,
                    format!(
                        "`{name}` {score} says nothing about `{item}`, whose scale has {levels} levels; {instead}"
                    ),
                );
            }
        }
    }

    /// Remembers items as asked, with the levels of their scale.
    fn on_scale(&mut self, scale: Option<&Scale>, paths: impl IntoIterator<Item = String>) {
        // The scale that is missing has been told; what its conditions compare cannot be judged.
        let levels = Some(scale.map_or(usize::from(u8::MAX), |scale| scale.levels.len()));
        self.paths.extend(paths.into_iter().map(|path| (path, levels)));
    }

    /// A factor with its place in the file.
    fn factor(&self, id: &str) -> Option<(String, &'a Factor)> {
        let parts = self.definition.parts.iter().enumerate();
        parts
            .flat_map(|(p, part)| {
                let factors = part.factors.iter().enumerate();
                factors.map(move |(f, factor)| (p, f, factor))
            })
            .find(|(_, _, factor)| factor.id == id)
            .map(|(p, f, factor)| (format!("/parts/{p}/factors/{f}"), factor))
    }

    fn scale(&mut self, place: &str, scale: &Scale) {
        if !(2..=11).contains(&scale.levels.len()) {
            self.add(place, "a scale has 2 to 11 levels");
        }
        if scale
            .satisfied_from
            .is_some_and(|from| from < 2 || usize::from(from) > scale.levels.len())
        {
            self.add(place, "`satisfied_from` is a score above the lowest level");
        }
        for (index, level) in scale.levels.iter().enumerate() {
            self.text(&format!("{place}/levels/{index}"), level);
        }
    }

    fn scale_of(&mut self, place: &str, id: &str) -> Option<&'a Scale> {
        let scale = self.definition.scale(id);
        if scale.is_none() {
            self.add(place, format!("there is no scale `{id}` under /scales"));
        }
        scale
    }

    /// Every declared language has the text; a language added later as a pack may lack some.
    fn text(&mut self, place: &str, text: &Text) {
        for language in &self.definition.languages {
            if !text.languages().any(|known| known == language) {
                self.problems.push(Problem::new(
                    place,
                    format!("the text is missing in `{language}`"),
                ));
            }
        }
    }

    fn optional_text(&mut self, place: &str, text: Option<&Text>) {
        if let Some(text) = text {
            self.text(place, text);
        }
    }

    fn unique<'t>(&mut self, place: &str, ids: impl Iterator<Item = &'t str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            let shape = id.len() <= 40
                && id.starts_with(|c: char| c.is_ascii_lowercase())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !shape {
                self.add(
                    place,
                    format!(
                        "the id `{id}` must start with a letter and hold lower-case letters, digits and _"
                    ),
                );
            }
            if !seen.insert(id) {
                self.add(place, format!("the id `{id}` stands twice"));
            }
        }
    }

    fn add(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(place, message));
    }
}
