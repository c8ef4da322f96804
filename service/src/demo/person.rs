//! One synthetic person's answers.

use domain::answer::{Answer, Answers, Known};
use domain::condition::Condition;
use domain::layout::ItemKind;
use domain::normal;
use domain::questionnaire::{AnswerKind, Question, Version};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

/// Share of the latent variance that is the person's own.
const PERSON: f64 = 0.45;
/// People who rate every row alike.
const STRAIGHT_LINERS: f64 = 0.06;

/// What moves one person's answers up or down, on the latent scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effects {
    /// The unit's and village's effect.
    place: f64,
    person: f64,
    /// The variance left to each single answer, so that all add up to one.
    noise: f64,
    straight: bool,
}

impl Effects {
    pub(super) fn draw(random: &mut impl Rng, place: f64, noise: f64) -> Self {
        let person: f64 = StandardNormal.sample(random);
        Self {
            place,
            person: person * PERSON.sqrt(),
            noise: noise.sqrt(),
            straight: random.random_bool(STRAIGHT_LINERS),
        }
    }

    fn latent(&self, random: &mut impl Rng) -> f64 {
        if self.straight {
            // Their one answer has the same spread as anyone's, so that the rates stay where they are set.
            let own = (PERSON + self.noise * self.noise).sqrt() / PERSON.sqrt();
            return self.place + self.person * own;
        }
        let noise: f64 = StandardNormal.sample(random);
        self.place + self.person + noise * self.noise
    }
}

/// A version with the rates that its criteria are set to.
pub(super) struct Synthetic<'a> {
    version: &'a Version,
    items: Vec<Plan>,
}

/// How an item is answered.
#[derive(Clone, Debug)]
struct Plan {
    /// Latent values at which the next level begins; empty for what is not on a scale of satisfaction.
    cuts: Vec<f64>,
    /// The share of those asked who answer.
    answered: f64,
    when: Option<Condition>,
}

impl<'a> Synthetic<'a> {
    pub(super) fn of(version: &'a Version) -> Self {
        let questions: Vec<_> = version.questions().collect();
        let items = version.layout().items().iter().map(|item| {
            let (section, question) = questions[item.question];
            let factor = item
                .criterion
                .map(|place| version.layout().nodes()[place.factor].id.as_str());
            let part = item
                .criterion
                .map(|place| version.layout().nodes()[place.part].id.as_str());
            let row = item.path.split_once('.').map(|(_, row)| row);
            let cuts = match (&item.kind, item.criterion, &question.answer) {
                (ItemKind::Choice { options }, Some(place), _) => cuts(
                    rate(part.unwrap_or(""), factor.unwrap_or(""), place.index),
                    *options,
                    place.satisfied_from,
                ),
                (ItemKind::Choice { options }, None, AnswerKind::Rating { .. }) => cuts(0.83, *options, 4),
                _ => Vec::new(),
            };
            let answered = match factor {
                Some("feedback") => 0.62,
                Some("access" | "procedures" | "officials" | "result") => 0.9,
                _ if section.respondent => 0.985,
                _ => 0.97,
            };
            let all: Vec<Condition> = [
                section.when.clone(),
                question.when.clone(),
                row_condition(version, question, row),
            ]
            .into_iter()
            .flatten()
            .collect();
            Plan {
                cuts,
                answered,
                when: (!all.is_empty()).then_some(Condition::All(all)),
            }
        });
        Self {
            version,
            items: items.collect(),
        }
    }

    pub(super) fn answers(&self, random: &mut impl Rng, effects: Effects) -> Answers {
        let mut items = Vec::with_capacity(self.items.len());
        for (item, plan) in self.version.layout().items().iter().zip(&self.items) {
            let shown = plan
                .when
                .as_ref()
                .is_none_or(|when| when.holds(&Known::new(self.version, &items)));
            let answer = if !shown {
                Answer::NotShown
            } else if !random.random_bool(plan.answered) {
                Answer::Skipped
            } else if plan.cuts.is_empty() {
                other(random, &item.kind)
            } else {
                let latent = effects.latent(random);
                let level = plan.cuts.iter().filter(|cut| latent >= **cut).count();
                Answer::Choice(u8::try_from(level).unwrap_or(0))
            };
            items.push(answer);
        }
        Answers {
            items,
            remarks: Vec::new(),
        }
    }
}

fn row_condition(version: &Version, question: &Question, row: Option<&str>) -> Option<Condition> {
    let row = row?;
    match &question.answer {
        AnswerKind::Satisfaction { factors, .. } => version
            .definition()
            .criteria_of(factors)
            .find(|criterion| criterion.id == row)?
            .when
            .clone(),
        AnswerKind::Grid { rows, .. } => rows.iter().find(|known| known.id == row)?.when.clone(),
        _ => None,
    }
}

/// The share of satisfied answers that a criterion is set to: the published national figures of 2024
/// (policy 83.84, services 84.09, access 84.27; the other factors of the service part such that it comes out),
/// with the criteria spread around it so that their mean stays.
fn rate(part: &str, factor: &str, criterion: usize) -> f64 {
    let centre = match (part, factor) {
        ("policy", _) => 0.8384,
        (_, "access") => 0.8427,
        (_, "procedures") => 0.8412,
        (_, "officials") => 0.8408,
        (_, "result") => 0.8402,
        (_, "feedback") => 0.8375,
        _ => 0.84,
    };
    // A pattern of period three that sums to nothing over three neighbours.
    let spread = [0.011, -0.014, 0.003][criterion % 3];
    centre + spread
}

/// Latent values at which each level but the lowest begins, so that this share is satisfied.
fn cuts(rate: f64, levels: u8, satisfied_from: u8) -> Vec<f64> {
    let below = usize::from(satisfied_from.clamp(2, levels)) - 1;
    let above = usize::from(levels) - below;
    // Of the dissatisfied side most say the level nearest to satisfied; of the satisfied a third the top.
    let lower = geometric(below, 0.24);
    let upper = geometric(above, 0.52);
    let shares = lower
        .iter()
        .rev()
        .map(|share| share * (1.0 - rate))
        .chain(upper.iter().map(|share| share * rate));
    let mut sum = 0.0;
    let mut cuts: Vec<f64> = shares
        .map(|share| {
            sum += share;
            normal::quantile(sum.min(1.0 - 1e-9))
        })
        .collect();
    cuts.pop();
    cuts
}

/// Shares that fall by a constant ratio and add up to one.
fn geometric(count: usize, ratio: f64) -> Vec<f64> {
    let raw: Vec<f64> = std::iter::successors(Some(1.0), |share| Some(share * ratio))
        .take(count)
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|share| share / sum).collect()
}

/// An answer to what is not satisfaction: earlier options more often than later ones.
fn other(random: &mut impl Rng, kind: &ItemKind) -> Answer {
    match kind {
        ItemKind::Choice { options } => Answer::Choice(falling(random, *options)),
        ItemKind::Multiple { options } => {
            let first = falling(random, *options);
            let second = falling(random, *options);
            Answer::Multiple(1 << first | 1 << second)
        }
        ItemKind::Number { classes } => {
            Answer::Number(classes.first().copied().unwrap_or(1) + random.random_range(0..3))
        }
        ItemKind::Date => Answer::Skipped,
    }
}

fn falling(random: &mut impl Rng, options: u8) -> u8 {
    let first = random.random_range(0..options);
    let second = random.random_range(0..options);
    first.min(second)
}
