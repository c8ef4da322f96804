//! `nghe-dan demo`.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use clap::Args;
use domain::round::{Style, format_percent};
use service::demo::Plan;
use service::languages::Languages;

use super::open::{self, Schema};
use crate::config::Common;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The same seed makes the same answers
    #[arg(long)]
    seed: Option<u64>,
    /// Make a fiftieth of it, in a few communes of every province
    #[arg(long)]
    small: bool,
}

pub(super) async fn run(common: &Common, arguments: &Demo) -> anyhow::Result<()> {
    let opened = open::open(common, Schema::Migrate, 64, Languages::default()).await?;
    let service = opened.service;
    service.load_shipped().await?;
    let today = service.today();
    let mut plan = if arguments.small {
        Plan::small(today)
    } else {
        Plan::full(today)
    };
    plan.seed = arguments.seed.unwrap_or(plan.seed);
    let mut bar = Bar::new();
    let filled = service
        .fill_demo(plan, &mut |done, of| bar.show(done, of))
        .await?;
    bar.end();
    service.release_all().await?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} desk ratings, {} survey responses",
        filled.desk_ratings, filled.survey_responses
    )?;
    let style = Style::English;
    writeln!(
        out,
        "national figures of the survey, and those published for SIPAS 2024:"
    )?;
    for figure in service.demo_beside_published().await? {
        let name = if figure.id.is_empty() { "whole" } else { figure.id };
        let published = format_percent(figure.published.percent(2), style);
        let made = figure.made.map_or_else(
            || "not shown".to_owned(),
            |made| format_percent(made.percent(2), style),
        );
        writeln!(out, "{name}\t{made}\t{published}")?;
    }
    for point in &filled.examples {
        writeln!(out, "/s/{}", point.code)?;
    }
    service.close().await;
    Ok(())
}

/// A line on standard error that says how far it is; nothing where nobody looks.
struct Bar {
    shown: Option<Instant>,
    terminal: bool,
}

impl Bar {
    fn new() -> Self {
        Self {
            shown: None,
            terminal: io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, done: usize, of: usize) {
        const PAUSE: Duration = Duration::from_millis(100);
        if !self.terminal || self.shown.is_some_and(|shown| shown.elapsed() < PAUSE) {
            return;
        }
        self.shown = Some(Instant::now());
        let filled = 40 * done / of.max(1);
        let bar = format!(
            "{}{}",
            "#".repeat(filled),
            ".".repeat(40_usize.saturating_sub(filled))
        );
        // A bar that cannot be drawn is no reason to stop.
        let _ = write!(io::stderr(), "\r[{bar}] {done} of {of} responses");
    }

    fn end(&self) {
        if self.terminal {
            let _ = writeln!(io::stderr());
        }
    }
}
