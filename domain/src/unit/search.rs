//! Finding units as people type: without marks, half a name, an old name, a slip, a bare code.
//!
//! Every name that a unit has had is cut into folded words (`y` read as `i`, since both spellings are
//! in use), and so are the names above it at the time. Each typed word is compared once with every
//! distinct word of all names (a few thousand), and the names are then scored by table look-ups alone.
//! A name of a unit that ended leads to the units that hold its territory, and says so.

mod query;
mod score;

use std::collections::HashMap;

use time::Date;

use super::collation::fold;
use super::directory::{UnitDirectory, UnitOn};
use super::{Extent, Unit, UnitFact, UnitId, UnitKind, UnitLevel, UnitName};
use query::{Fit, Typed, Vocabulary};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SearchQuery<'a> {
    /// As typed.
    pub text: &'a str,
    /// Found units exist on this day.
    pub on: Date,
    /// Only units below this one, or it itself.
    pub under: Option<UnitId>,
    /// At most so many.
    pub limit: usize,
}

/// A unit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    pub unit: UnitId,
    /// Set when an earlier name led here.
    pub former: Option<Former>,
}

/// The earlier name that led to a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The unit that bore the name: the found one itself or one that it took territory from.
    pub unit: UnitId,
    pub name: UnitName,
    /// The code borne with it.
    pub code: String,
    /// First day on which name and code were no longer borne.
    pub until: Option<Date>,
    /// How much of the former unit came here.
    pub extent: Extent,
}

/// One name of one unit, with the names above it at that time.
#[derive(Debug)]
struct Entry {
    unit: UnitId,
    level: UnitLevel,
    code: String,
    name: UnitName,
    valid_to: Option<Date>,
    /// Words of the name; the first `kind_words` say the kind.
    words: Box<[u32]>,
    kind_words: usize,
    /// Words of the names above, and the code.
    context: Box<[u32]>,
}

/// Words and names of all units.
#[derive(Debug, Default)]
pub(super) struct SearchIndex {
    vocabulary: Vocabulary,
    entries: Vec<Entry>,
    /// For each word, the entries that have it in the name or above it.
    postings: Vec<Vec<u32>>,
}

/// A folded name's words for comparison: apostrophes vanish, `y` is `i`.
fn words(text: &str) -> Vec<String> {
    let folded: String = fold(text)
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '`'))
        .map(|c| if c == 'y' { 'i' } else { c })
        .collect();
    folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

impl SearchIndex {
    pub(super) fn new(directory: &UnitDirectory) -> Self {
        let mut lexicon = Lexicon::default();
        let mut entries = Vec::with_capacity(directory.units().len());
        for unit in directory.units() {
            for fact in &unit.facts {
                let words = lexicon.words_of(&fact.name.vi);
                entries.push(Entry {
                    unit: unit.id,
                    level: unit.level,
                    code: fact.code.clone(),
                    name: fact.name.clone(),
                    valid_to: fact.valid_to,
                    kind_words: kind_words(fact.kind).min(words.len().saturating_sub(1)),
                    context: context(directory, &mut lexicon, unit, fact),
                    words,
                });
            }
        }
        let (vocabulary, places) = lexicon.sorted();
        let mut postings = vec![Vec::new(); places.len()];
        for (at, entry) in (0u32..).zip(&mut entries) {
            for word in entry.words.iter_mut().chain(entry.context.iter_mut()) {
                *word = places[*word as usize];
                postings[*word as usize].push(at);
            }
        }
        Self {
            vocabulary: Vocabulary::new(vocabulary),
            entries,
            postings,
        }
    }

    pub(super) fn search<'a>(
        &'a self,
        directory: &'a UnitDirectory,
        query: &'a SearchQuery<'a>,
    ) -> Vec<SearchHit> {
        let mut found = Found::new(directory, query);
        // A bare number is a code before it is anything else, and today's meaning comes first.
        let codes = query::codes(query.text);
        for code in &codes {
            if let Some(meaning) = directory.by_code(code, query.on) {
                found.push(meaning.unit.id, None);
            }
        }
        for code in &codes {
            let borne = |UnitOn { unit, fact }: &UnitOn<'a>| Borne {
                unit: unit.id,
                name: &fact.name,
                code: &fact.code,
                until: fact.valid_to,
                by_code: true,
            };
            found.add_all(
                &directory
                    .meanings_of_code(code)
                    .iter()
                    .map(borne)
                    .collect::<Vec<_>>(),
            );
        }
        let ranked = self.ranked(directory, query);
        for group in ranked.chunk_by(|a, b| a.1 == b.1) {
            if found.is_full() {
                break;
            }
            let borne = |(at, _): &(usize, u32)| {
                let entry = &self.entries[*at];
                Borne {
                    unit: entry.unit,
                    name: &entry.name,
                    code: &entry.code,
                    until: entry.valid_to,
                    by_code: false,
                }
            };
            found.add_all(&group.iter().map(borne).collect::<Vec<_>>());
        }
        found.hits
    }

    /// Entries that fit, best first.
    fn ranked(&self, directory: &UnitDirectory, query: &SearchQuery<'_>) -> Vec<(usize, u32)> {
        let mut scored: HashMap<usize, u32> = HashMap::new();
        for typed in Typed::readings(query.text, &self.vocabulary) {
            for (at, points) in self.points(directory, &typed, query.on) {
                let best = scored.entry(at).or_default();
                *best = (*best).max(points);
            }
        }
        let marked = query::marked_words(query.text);
        let mut ranked: Vec<_> = scored
            .into_iter()
            .map(|(at, points)| (at, points + score::marks(&self.entries[at].name.vi, &marked)))
            .collect();
        ranked.sort_by(|a, b| {
            let (x, y) = (&self.entries[a.0], &self.entries[b.0]);
            (b.1.cmp(&a.1))
                .then(x.level.cmp(&y.level))
                .then_with(|| x.code.cmp(&y.code))
                .then(a.0.cmp(&b.0))
        });
        ranked
    }

    /// The entries that fit every typed word, with their points; when none does, those that fit all but
    /// one.
    fn points(&self, directory: &UnitDirectory, typed: &Typed, on: Date) -> Vec<(usize, u32)> {
        let score = |missing: usize| -> Vec<(usize, u32)> {
            let candidates = self.candidates(typed, missing + 1);
            let points = |at: usize| {
                let entry = &self.entries[at];
                Some((
                    at,
                    score::text(entry, typed, missing)? + score::standing(entry, on, directory),
                ))
            };
            candidates.into_iter().filter_map(points).collect()
        };
        let whole = score(0);
        if whole.is_empty() && typed.fits.len() > 2 {
            score(1)
        } else {
            whole
        }
    }

    /// Entries that fit at least one of the `rarest` rarest typed words: whatever fits all but `rarest` - 1
    /// of them is among these.
    fn candidates(&self, typed: &Typed, rarest: usize) -> Vec<usize> {
        let count = |fit: &&Fit| -> usize {
            fit.words
                .iter()
                .map(|word| self.postings[*word as usize].len())
                .sum()
        };
        let mut fits: Vec<_> = typed.fits.iter().collect();
        fits.sort_by_cached_key(count);
        let words = fits.into_iter().take(rarest).flat_map(|fit| &fit.words);
        let mut found: Vec<_> = words
            .flat_map(|word| &self.postings[*word as usize])
            .map(|at| *at as usize)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The words above a fact, and its code.
fn context<'a>(
    directory: &'a UnitDirectory,
    lexicon: &mut Lexicon<'a>,
    unit: &Unit,
    fact: &'a UnitFact,
) -> Box<[u32]> {
    // The names above may change while the fact holds: those of its first and of its last day.
    let last = fact.valid_to.and_then(Date::previous_day).unwrap_or(Date::MAX);
    let first = fact.valid_from.unwrap_or(last);
    let days = if first == last {
        vec![last]
    } else {
        vec![first, last]
    };
    let mut context = lexicon.words_of(&fact.code).into_vec();
    for above in days
        .into_iter()
        .flat_map(|day| directory.ancestors_on(unit.id, day))
    {
        if above.unit.level != UnitLevel::Country {
            context.extend(lexicon.words_of(&above.fact.name.vi));
        }
    }
    context.sort_unstable();
    context.dedup();
    context.into_boxed_slice()
}

/// Words with numbers in the order of their coming, and the names already cut into words: a province's
/// name stands above thousands.
#[derive(Default)]
struct Lexicon<'a> {
    numbers: HashMap<String, u32>,
    names: HashMap<&'a str, Box<[u32]>>,
}

impl<'a> Lexicon<'a> {
    fn words_of(&mut self, name: &'a str) -> Box<[u32]> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let mut numbers = Vec::new();
        for word in words(name) {
            // There are far fewer words than 2^32.
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            numbers.push(*self.numbers.entry(word).or_insert(next));
        }
        self.names
            .entry(name)
            .or_insert(numbers.into_boxed_slice())
            .clone()
    }

    /// The words in order, and the place of each number's word in it.
    fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut words: Vec<_> = self.numbers.into_iter().collect();
        words.sort_unstable();
        let mut places = vec![0; words.len()];
        for (place, (_, number)) in (0..).zip(&words) {
            places[*number as usize] = place;
        }
        (words.into_iter().map(|(word, _)| word).collect(), places)
    }
}

/// How many words of a name of this kind say the kind.
fn kind_words(kind: UnitKind) -> usize {
    kind.name_prefix().map_or(0, |prefix| prefix.split(' ').count())
}

/// A name and a code that a unit bore until a day.
struct Borne<'a> {
    unit: UnitId,
    name: &'a UnitName,
    code: &'a str,
    until: Option<Date>,
    /// Whether the code was typed, so that a former code is worth a word, and not the name.
    by_code: bool,
}

/// The hits so far: living units of the asked day, each once.
struct Found<'a> {
    directory: &'a UnitDirectory,
    query: &'a SearchQuery<'a>,
    hits: Vec<SearchHit>,
}

impl<'a> Found<'a> {
    fn new(directory: &'a UnitDirectory, query: &'a SearchQuery<'a>) -> Self {
        Self {
            directory,
            query,
            hits: Vec::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.hits.len() >= self.query.limit
    }

    fn push(&mut self, unit: UnitId, former: Option<Former>) {
        if self.is_full() || self.hits.iter().any(|hit| hit.unit == unit) {
            return;
        }
        let on = self.query.on;
        let inside = self.query.under.is_none_or(|under| {
            unit == under
                || self
                    .directory
                    .ancestors_on(unit, on)
                    .any(|above| above.unit.id == under)
        });
        if inside {
            self.hits.push(SearchHit { unit, former });
        }
    }

    /// Adds what equally good names lead to: first one unit for each, its namesake if there is one, so
    /// that a district of many communes does not hide the next name; then the others.
    fn add_all(&mut self, names: &[Borne<'_>]) {
        let mut others = Vec::new();
        for borne in names {
            if self.is_full() {
                return;
            }
            let on = self.query.on;
            let last = borne.until.and_then(Date::previous_day).unwrap_or(on);
            let bare = |id, day| self.directory.fact_on(id, day).map(UnitFact::bare_name);
            let own = bare(borne.unit, last);
            let mut became = self.directory.became(borne.unit, on);
            became.sort_by_key(|b| bare(b.unit, on) != own);
            for (at, unit) in became.into_iter().enumerate() {
                let today = self
                    .directory
                    .fact_on(unit.unit, on)
                    .filter(|_| unit.unit == borne.unit);
                let same = today.is_some_and(|fact| {
                    if borne.by_code {
                        fact.code == borne.code
                    } else {
                        fact.name == *borne.name
                    }
                });
                let former = (!same).then(|| Former {
                    unit: borne.unit,
                    name: borne.name.clone(),
                    code: borne.code.to_owned(),
                    until: borne.until,
                    extent: unit.extent,
                });
                if at == 0 {
                    self.push(unit.unit, former);
                } else {
                    others.push((unit.unit, former));
                }
            }
        }
        for (unit, former) in others {
            self.push(unit, former);
        }
    }
}
