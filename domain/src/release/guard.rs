//! What of a shown cell may have to stay hidden, because not everybody in the cell was asked it.
//!
//! A cell is shown by its respondents, but a factor may rate what only some of them met: a result that they
//! received, a unit that decided. Who they were can be known from outside, so such figures need the
//! threshold of their own raters. A [`Guard`] is a count that decides, cell by cell, over the *bundles* that
//! it hides: factors with their criteria, parts, and items outside of every factor.
//!
//! Parts and the whole are sums over factors and stay shown, so what is hidden would be what is left of
//! them. Each guard therefore hides one bundle more, the *complement*, of people who are not its own. Only
//! the sum of the two is then published, in every cell, and whatever the guarded bundle could have been, the
//! complement takes up the difference: the sums tell no more of it than its own tree does, which is closed
//! by the rules of [`crate::disclosure`]. See `docs/adr/0004-disclosure.md`.

use crate::condition::Condition;
use crate::layout::{Item, Layout};
use crate::questionnaire::{AnswerKind, Rates, Version};
use crate::tally::ItemCounts;

/// Whose number decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum People {
    /// Those who answered the item.
    Raters,
    /// Those who were asked, whether they answered or not: of items that everybody at a unit is asked.
    Asked,
}

/// A count by which bundles are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guard {
    /// The item whose people are counted.
    pub(super) item: usize,
    pub(super) people: People,
    /// Sensitive or delicate: a higher threshold, and no cell where all answered alike.
    pub(super) sensitive: bool,
    /// Not everybody in a cell is asked, so changes are counted among those who are.
    pub(super) partial: bool,
    /// Nothing is left to hide with it: where the guard hides, it hides the cell.
    pub(super) whole: bool,
    nodes: Vec<usize>,
    items: Vec<usize>,
}

impl Guard {
    /// The people of one tally: those who count towards the threshold, and all who were asked.
    pub(super) fn count(&self, counts: &ItemCounts) -> (i64, i64) {
        match self.people {
            People::Raters => (counts.answered, counts.shown),
            People::Asked => (counts.shown, counts.shown),
        }
    }
}

/// The guards of a version, in an order that follows from its definition alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guards(Vec<Guard>);

/// Which nodes and items of a cell are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shows {
    pub(super) nodes: Vec<bool>,
    pub(super) items: Vec<bool>,
}

impl Guards {
    pub(super) fn of(version: &Version) -> Self {
        let outline = Outline::of(version);
        let mut guards = Vec::new();
        for rates in [Rates::ServedAt, Rates::HandledBy] {
            let together = outline.of_everybody(rates);
            if let (true, Some(&first)) = (outline.is_split, together.first()) {
                guards.push(outline.guard(first, &together, People::Asked));
            }
        }
        for (item, ask) in outline.asks.iter().enumerate() {
            if ask.sensitive || !ask.when.is_empty() {
                guards.push(outline.guard(item, &outline.with_dependents(item), People::Raters));
            }
        }
        Self(guards)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The guard at this place.
    pub(super) fn get(&self, place: usize) -> &Guard {
        &self.0[place]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Guard> {
        self.0.iter()
    }

    /// What is shown where each guard lets its bundles through or not.
    pub(super) fn shows(&self, layout: &Layout, passes: impl Iterator<Item = bool>) -> Shows {
        let mut shows = Shows {
            nodes: vec![true; layout.nodes().len()],
            items: vec![true; layout.items().len()],
        };
        for (guard, _) in self.0.iter().zip(passes).filter(|(_, passes)| !passes) {
            for &node in &guard.nodes {
                shows.nodes[node] = false;
            }
            for &item in &guard.items {
                shows.items[item] = false;
            }
        }
        shows
    }
}

/// How an item is asked.
struct Ask<'a> {
    /// Conditions under which it is asked; without any, everybody is.
    when: Vec<&'a Condition>,
    /// Sensitive or delicate.
    sensitive: bool,
    rates: Rates,
    /// The node of its factor.
    factor: Option<usize>,
}

/// What guards have to know of a version.
struct Outline<'a> {
    layout: &'a Layout,
    asks: Vec<Ask<'a>>,
    /// Some criteria rate the unit that decides, which counts other people than the desk.
    is_split: bool,
    /// The nodes of the parts, each with those of its factors.
    parts: Vec<(usize, Vec<usize>)>,
}

impl<'a> Outline<'a> {
    fn of(version: &'a Version) -> Self {
        let definition = version.definition();
        let questions: Vec<_> = version.questions().collect();
        let ask = |item: &Item| {
            let (section, question) = questions[item.question];
            let of_row = item.row.and_then(|row| match &question.answer {
                AnswerKind::Satisfaction { factors, .. } => {
                    definition.criteria_of(factors).nth(row)?.when.as_ref()
                }
                AnswerKind::Grid { rows, .. } => rows.get(row)?.when.as_ref(),
                _ => None,
            });
            let when = [section.when.as_ref(), question.when.as_ref(), of_row];
            Ask {
                when: when.into_iter().flatten().collect(),
                sensitive: question.is_protected(),
                rates: item.criterion.map_or(Rates::ServedAt, |place| place.rates),
                factor: item.criterion.map(|place| place.factor),
            }
        };
        let asks: Vec<Ask<'a>> = version.layout().items().iter().map(ask).collect();
        let mut factor = 1 + definition.parts.len();
        let mut parts = Vec::new();
        for (index, part) in definition.parts.iter().enumerate() {
            parts.push((1 + index, (factor..factor + part.factors.len()).collect()));
            factor += part.factors.len();
        }
        Self {
            layout: version.layout(),
            is_split: asks.iter().any(|ask| ask.rates == Rates::HandledBy),
            asks,
            parts,
        }
    }

    /// The items of one rated unit that are asked of everybody there.
    fn of_everybody(&self, rates: Rates) -> Vec<usize> {
        let asks = self.asks.iter().enumerate();
        asks.filter(|(_, ask)| ask.when.is_empty() && ask.rates == rates)
            .map(|(item, _)| item)
            .collect()
    }

    /// A sensitive item with those whose being asked tells what was answered to it.
    fn with_dependents(&self, item: usize) -> Vec<usize> {
        let mut found = vec![item];
        let mut next = 0;
        while next < found.len() && self.asks[item].sensitive {
            let path = self.layout.items()[found[next]].path.as_str();
            for (index, ask) in self.asks.iter().enumerate() {
                let depends = ask.when.iter().any(|when| when.items().contains(&path));
                if depends && !found.contains(&index) {
                    found.push(index);
                }
            }
            next += 1;
        }
        found
    }

    /// The guard that counts people by `item` and protects these items.
    fn guard(&self, item: usize, protected: &[usize], people: People) -> Guard {
        let mut own: Vec<usize> = protected
            .iter()
            .filter_map(|&item| self.asks[item].factor)
            .collect();
        own.sort_unstable();
        own.dedup();
        let ask = &self.asks[item];
        let eligible = |factor: usize| {
            let group = people == People::Asked && self.rates(factor) != Some(ask.rates);
            !own.contains(&factor) && (group || self.is_of_everybody(factor))
        };
        let (nodes, whole) = self.closed(&own, &eligible);
        let in_nodes = |item: usize| {
            self.asks[item]
                .factor
                .is_some_and(|factor| nodes.contains(&factor))
        };
        let items = (0..self.asks.len())
            .filter(|item| protected.contains(item) || in_nodes(*item))
            .collect();
        Guard {
            item,
            people,
            sensitive: ask.sensitive && people == People::Raters,
            partial: self.is_split || !ask.when.is_empty(),
            whole,
            nodes,
            items,
        }
    }

    /// These factors with what has to be hidden so that no sum leaves them, and whether nothing does.
    fn closed(&self, own: &[usize], eligible: &dyn Fn(usize) -> bool) -> (Vec<usize>, bool) {
        let complement = |factors: &[usize]| {
            let beside = factors.iter().copied().filter(|&factor| eligible(factor));
            beside.min_by_key(|&factor| self.loss(factor))
        };
        let mut nodes = own.to_vec();
        let mut hidden = Vec::new();
        for (part, factors) in &self.parts {
            if factors.iter().any(|factor| own.contains(factor)) {
                match complement(factors) {
                    Some(complement) => nodes.push(complement),
                    // Nobody rates the part but those who rate these factors.
                    None => hidden.push(*part),
                }
            }
        }
        if hidden.is_empty() {
            return (nodes, false);
        }
        // The whole is the sum of its parts, so a part hides with another, and a factor in that one.
        let others = self.parts.iter().filter(|(part, _)| !hidden.contains(part));
        let other = others
            .filter_map(|(part, factors)| Some((*part, complement(factors)?)))
            .min_by_key(|&(_, complement)| self.loss(complement));
        nodes.extend(&hidden);
        if let Some((part, complement)) = other {
            nodes.push(part);
            nodes.push(complement);
        }
        nodes.sort_unstable();
        nodes.dedup();
        (nodes, other.is_none())
    }

    fn of_factor(&self, factor: usize) -> impl Iterator<Item = &Ask<'a>> {
        self.asks.iter().filter(move |ask| ask.factor == Some(factor))
    }

    fn rates(&self, factor: usize) -> Option<Rates> {
        self.of_factor(factor).next().map(|ask| ask.rates)
    }

    fn is_of_everybody(&self, factor: usize) -> bool {
        let mut asks = self.of_factor(factor).peekable();
        asks.peek().is_some() && asks.all(|ask| ask.when.is_empty() && !ask.sensitive)
    }

    /// What a reader loses with a factor: first of all one that everybody is asked, and the fewest criteria.
    fn loss(&self, factor: usize) -> (bool, usize, usize) {
        let criteria = self.of_factor(factor).count();
        (!self.is_of_everybody(factor), criteria, factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of each guard the item counted, the nodes hidden, the items hidden, and whether the cell is.
    fn guards(version: &Version) -> Vec<(&str, Vec<&str>, Vec<&str>, bool)> {
        let layout = version.layout();
        let path = |item: usize| layout.items()[item].path.as_str();
        let name = |node: usize| layout.nodes()[node].id.as_str();
        let guards = Guards::of(version).0.into_iter();
        guards
            .map(|guard| {
                let nodes = guard.nodes.into_iter().map(name).collect();
                let items = guard.items.into_iter().map(path).collect();
                (path(guard.item), nodes, items, guard.whole)
            })
            .collect()
    }

    #[test]
    fn the_desk_rating_guards_what_only_some_are_asked() {
        let file = include_str!("../../../data/questionnaires/desk-rating-1.json");
        let version = Version::parse(file).expect("a published version");
        let found = guards(&version);
        let by_item = |path: &str| found.iter().find(|guard| guard.0 == path).expect("a guard");
        for path in ["aspects.result", "aspects.punctuality"] {
            let (_, nodes, items, _) = by_item(path);
            assert_eq!(*nodes, ["result", "access"]);
            assert_eq!(
                *items,
                ["aspects.access", "aspects.result", "aspects.punctuality"]
            );
        }
        assert_eq!(by_item("aspects.feedback").1, ["feedback", "access"]);
        assert_eq!(by_item("disappointed").1, [""; 0]);
        assert_eq!(by_item("disappointed").2, ["disappointed"]);
        // Everybody is asked about money, and nothing else hides with it.
        assert_eq!(by_item("asked_for_money").1, [""; 0]);
        assert_eq!(by_item("asked_for_money").2, ["asked_for_money"]);
        // Whoever was served elsewhere rates only the result here.
        let (_, nodes, items, _) = by_item("purpose");
        assert_eq!(*nodes, ["access", "procedures", "officials", "result"]);
        assert!(items.contains(&"overall") && !items.contains(&"disappointed"));
        assert_eq!(found.len(), 6);
        assert!(found.iter().all(|guard| !guard.3));
    }

    #[test]
    fn where_everybody_is_asked_only_sensitive_questions_are_guarded() {
        let file = include_str!("../../../data/questionnaires/sipas-2023.json");
        let version = Version::parse(file).expect("a published version");
        assert_eq!(
            guards(&version),
            ["ethnicity", "q5", "q6"].map(|item| (item, vec![], vec![item], false))
        );
    }
}
