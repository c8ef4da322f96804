//! `nghe-dan demo`.

mod progress;

use std::io::{self, Write as _};

use clap::Args;
use domain::round::{Style, format_percent};
use service::demo::{Beside, Plan};
use service::languages::Languages;

use super::open::{self, Schema};
use crate::config::Common;
use progress::Progress;

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
    let mut progress = Progress::new();
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
    let filled = service
        .fill_demo(plan, &mut |done, of| progress.stored(done, of))
        .await?;
    let release = open::once_free(&service, service.release_all());
    progress.releasing(release).await?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} desk ratings, {} survey responses, in {} s",
        filled.desk_ratings,
        filled.survey_responses,
        progress.seconds()
    )?;
    writeln!(
        out,
        "national figures of the survey, those published for SIPAS 2024, and whether they are as near as meant:"
    )?;
    for figure in service.demo_beside_published().await? {
        writeln!(out, "{}", line(&figure))?;
    }
    if arguments.small {
        writeln!(out, "a demo as small as this one need not be near")?;
    }
    for point in &filled.examples {
        writeln!(out, "/s/{}", point.code)?;
    }
    service.close().await;
    Ok(())
}

/// A figure beside the published one, and whether it is as near as the demo means to come.
fn line(figure: &Beside) -> String {
    let style = Style::English;
    let name = if figure.id.is_empty() { "whole" } else { figure.id };
    let published = format_percent(figure.published.percent(2), style);
    let bound = format!("{}.{} points", figure.within / 100, figure.within / 10 % 10);
    match figure.made {
        None => format!("{name}\tnot shown\t{published}"),
        Some(made) => {
            let near = if figure.is_near() { "within" } else { "NOT within" };
            let made = format_percent(made.percent(2), style);
            format!("{name}\t{made}\t{published}\t{near} {bound}")
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ratio::Ratio;

    use super::*;

    #[test]
    fn a_figure_says_whether_it_is_near() {
        let beside = |made: Option<i64>| Beside {
            id: "",
            published: Ratio::new(8394, 10_000).expect("a share"),
            made: made.and_then(|made| Ratio::new(made, 10_000)),
            within: 30,
        };
        assert_eq!(
            line(&beside(Some(8424))),
            "whole\t84.24%\t83.94%\twithin 0.3 points"
        );
        assert_eq!(
            line(&beside(Some(8425))),
            "whole\t84.25%\t83.94%\tNOT within 0.3 points"
        );
        assert_eq!(line(&beside(None)), "whole\tnot shown\t83.94%");
    }
}
