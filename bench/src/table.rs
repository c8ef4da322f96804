//! The printed result.

use anyhow::{Result, bail};

/// What a measured value is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bar {
    AtLeast(f64),
    AtMost(f64),
    /// Only shown.
    None,
}

/// Lines as they are printed, and what was not reached.
#[derive(Default)]
pub(crate) struct Table {
    missed: Vec<String>,
    section: String,
}

impl Table {
    /// Begins a group of lines, with the machine's load beside: a busy machine explains much.
    pub(crate) fn section(&mut self, name: &str) {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or("?").to_owned();
        println!("\n{name}   (load of the machine {load})");
        name.clone_into(&mut self.section);
    }

    /// Prints a measured value.
    pub(crate) fn line(&mut self, what: &str, value: f64, unit: &str, bar: Bar) {
        let (against, reached) = match bar {
            Bar::AtLeast(bar) => (format!(">= {}", number(bar)), value >= bar),
            Bar::AtMost(bar) => (format!("<= {}", number(bar)), value <= bar),
            Bar::None => (String::new(), true),
        };
        let verdict = match (bar, reached) {
            (Bar::None, _) => "",
            (_, true) => "held",
            (_, false) => "NOT REACHED",
        };
        println!(
            "  {what:<58} {:>12} {unit:<6} {against:<10} {verdict}",
            number(value)
        );
        if !reached {
            let section = &self.section;
            self.missed
                .push(format!("{section}: {what}: {} {unit}, {against}", number(value)));
        }
    }

    /// Says what was not reached; with `strict` that is an error.
    pub(crate) fn finish(self, strict: bool) -> Result<()> {
        if self.missed.is_empty() {
            println!("\nevery bar is reached");
            return Ok(());
        }
        println!("\nnot reached:");
        for line in &self.missed {
            println!("  {line}");
        }
        if strict {
            bail!("{} bars are not reached", self.missed.len());
        }
        Ok(())
    }
}

/// The middle one of so many measured values; of an even number the upper.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Three significant digits, and no fraction where it would be noise.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_is_an_error_only_when_asked() {
        let mut table = Table::default();
        table.line("a", 3.0, "ms", Bar::AtMost(2.0));
        table.line("b", 3.0, "/s", Bar::AtLeast(2.0));
        assert_eq!(table.missed.len(), 1);
        assert!(
            Table {
                missed: table.missed.clone(),
                ..Table::default()
            }
            .finish(false)
            .is_ok()
        );
        assert!(table.finish(true).is_err());
    }

    #[test]
    fn one_slow_minute_does_not_move_a_median() {
        assert_eq!(median([2.0, 90.0, 1.0]).to_bits(), 2.0_f64.to_bits());
    }

    #[test]
    fn numbers_have_the_digits_that_mean_something() {
        assert_eq!(
            [12345.6, 12.34, 1.234, 0.1234].map(number),
            ["12346", "12.3", "1.23", "0.123"]
        );
    }
}
