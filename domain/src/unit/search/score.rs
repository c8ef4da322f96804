//! How well a name fits what was typed.

use time::Date;

use super::super::collation::{CollationKey, collation_key};
use super::query::{EXACT, Typed};
use super::{Entry, UnitDirectory, UnitLevel};

/// Names above a unit help to tell it apart, but count less than its own.
const CONTEXT_PERCENT: u32 = 60;
/// The words of the kind ("phường") stand in thousands of names.
const KIND_PERCENT: u32 = 70;

/// Points for the text alone, 0–180; none unless all but `missing` of the typed words fit, one of them
/// the name itself.
pub(super) fn text(entry: &Entry, typed: &Typed, missing: usize) -> Option<u32> {
    let mut sum = 0;
    let mut missed = 0;
    // Bit n: the n-th word of the name was typed.
    let mut typed_words: u64 = 0;
    let mut previous: Option<usize> = None;
    let mut in_order = true;
    // Sum and least of the fits of the words of the name without the kind.
    let (mut fitted, mut worst) = (0, EXACT);
    for fits in &typed.fits {
        let own = entry
            .words
            .iter()
            .enumerate()
            .take(64)
            .filter(|(at, _)| typed_words & (1 << at) == 0)
            .map(|(at, word)| (fits.points[*word as usize], at))
            // The better fit, and of equal ones the first.
            .max_by_key(|(fit, at)| (*fit, usize::MAX - at))
            .filter(|(fit, _)| *fit > 0);
        let above = entry
            .context
            .iter()
            .map(|word| fits.points[*word as usize])
            .max()
            .unwrap_or(0);
        let above = u32::from(above) * CONTEXT_PERCENT / 100;
        let named = own.map_or(0, |(fit, at)| {
            let percent = if at < entry.kind_words { KIND_PERCENT } else { 100 };
            u32::from(fit) * percent / 100
        });
        if let Some((fit, at)) = own.filter(|_| named >= above) {
            typed_words |= 1 << at;
            if at >= entry.kind_words {
                fitted += u32::from(fit);
                worst = worst.min(fit);
            }
            in_order &= previous.is_none_or(|before| before < at);
            previous = Some(at);
            sum += named;
        } else if above > 0 {
            sum += above;
        } else {
            missed += 1;
            if missed > missing {
                return None;
            }
        }
    }
    let bare = entry.words.len().min(64) - entry.kind_words;
    let bare_typed = (typed_words >> entry.kind_words).count_ones() as usize;
    if bare_typed == 0 {
        return None;
    }
    let count = u32::try_from(typed.fits.len()).ok()?;
    let bare_count = u32::try_from(bare).ok()?;
    // All of the name, in its order: what was typed is the name; more so with the kind, less with slips.
    let whole_name = match (bare_typed == bare, in_order) {
        (true, true) if entry.kind_words > 0 && typed_words.trailing_ones() as usize >= entry.kind_words => {
            40
        }
        (true, true) => 30,
        (true, false) => 15,
        (false, _) => 0,
    };
    Some(sum / count + 40 * fitted / (100 * bare_count) + whole_name * u32::from(worst) / 100)
}

/// Points for words typed with marks that the name has just so.
pub(super) fn marks(name: &str, marked: &[CollationKey]) -> u32 {
    if marked.is_empty() {
        return 0;
    }
    let words: Vec<_> = name.split(' ').map(collation_key).collect();
    marked.iter().filter(|word| words.contains(word)).map(|_| 6).sum()
}

/// Points for what the unit is today: living units first, then those that live on whole.
pub(super) fn standing(entry: &Entry, on: Date, directory: &UnitDirectory) -> u32 {
    let level = match entry.level {
        UnitLevel::Province => 12,
        UnitLevel::Commune => 6,
        UnitLevel::Country | UnitLevel::District | UnitLevel::Office => 0,
    };
    let borne_today = directory
        .fact_on(entry.unit, on)
        .is_some_and(|fact| fact.name == entry.name);
    level + if borne_today { u32::from(EXACT) / 4 } else { 0 }
}
