//! `nghe-dan campaign held`, `count`, `exclude`, `reviews` and `retain`.

use std::io::{self, Write as _};

use clap::{Args, ValueEnum};
use domain::civil;
use domain::status::{Reason, Status};
use service::Service;
use service::review::{Decision, Outcome, Verdict, Which};
use store::responses::{Handout, Way};
use time::{Date, OffsetDateTime};

use super::open::{self, date};

/// Which responses are decided about.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// The campaign's key
    campaign: String,
    /// The code of the point
    #[arg(long)]
    point: String,
    /// The civil date on which they were answered
    #[arg(long, value_parser = date, value_name = "DATE")]
    day: Date,
    /// Their status and reason as `campaign held` prints them, such as `held/burst`, `excluded/review` or `counted`
    #[arg(long, value_parser = standing, value_name = "STATUS[/REASON]")]
    which: (Status, Option<Reason>),
    /// Why: a sentence that is kept with the decision for ever; write no names
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, Args)]
pub(super) struct Exclude {
    #[command(flatten)]
    chosen: Chosen,
    /// As what they are excluded. That somebody rated every row alike is never ground enough
    #[arg(long = "as", value_enum, default_value = "review")]
    ground: Ground,
}

#[derive(Debug, Args)]
pub(super) struct Retain {
    /// The campaign's key
    campaign: String,
    /// Responses answered before this day lose what they said
    #[arg(long, value_parser = date, value_name = "DATE")]
    before: Date,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Ground {
    /// Found not to be a genuine answer
    Review,
    /// The same person or dossier answered before
    Duplicate,
}

/// One line a point, day, status and reason: how many are not counted.
pub(super) async fn held(service: &Service, campaign: &str) -> anyhow::Result<()> {
    let (units, today) = (service.units(), service.today());
    let mut out = io::stdout().lock();
    writeln!(out, "point\tunit\tlabel\tday\twhich\tresponses")?;
    for group in service.uncounted(campaign).await? {
        let fact = group.unit.and_then(|unit| units.unit(unit)?.fact_near(today));
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}",
            group.point,
            cell(fact.map_or("", |fact| &fact.name.vi)),
            cell(&group.label),
            civil::format(group.answered_on),
            written(group.status, group.reason),
            group.number
        )?;
    }
    Ok(())
}

pub(super) async fn count(service: &Service, chosen: Chosen) -> anyhow::Result<()> {
    decide(service, chosen, Verdict::Count).await
}

pub(super) async fn exclude(service: &Service, Exclude { chosen, ground }: Exclude) -> anyhow::Result<()> {
    let reason = match ground {
        Ground::Review => Reason::Review,
        Ground::Duplicate => Reason::Duplicate,
    };
    decide(service, chosen, Verdict::Exclude(reason)).await
}

async fn decide(service: &Service, chosen: Chosen, verdict: Verdict) -> anyhow::Result<()> {
    let (status, reason) = chosen.which;
    let which = Which {
        point: chosen.point,
        answered_on: chosen.day,
        status,
        reason,
    };
    let Outcome { changed, moved } = service
        .review(&chosen.campaign, &which, verdict, &chosen.reason)
        .await?;
    let is = match verdict {
        Verdict::Count => written(Status::Counted, None),
        Verdict::Exclude(reason) => written(Status::Excluded, Some(reason)),
    };
    let mut out = io::stdout().lock();
    write!(out, "{changed} responses are {is} now")?;
    if moved > 0 {
        write!(out, "; {moved} had changed meanwhile and stay as they are")?;
    }
    writeln!(out)?;
    Ok(())
}

/// One line a decision and a handout of single responses, the first first.
pub(super) async fn reviews(service: &Service, campaign: &str) -> anyhow::Result<()> {
    let decisions = service.reviews(campaign).await?.into_iter();
    let handouts = service.handouts(campaign).await?.into_iter();
    let mut lines: Vec<(OffsetDateTime, String)> = decisions
        .map(|decision| (decision.review.decided_at, decided(&decision)))
        .chain(handouts.map(|handout| (handout.handed_at, handed_out(&handout))))
        .collect();
    lines.sort_by_key(|(at, _)| *at);
    let mut out = io::stdout().lock();
    writeln!(out, "decided_on\tpoint\tday\twhich\tnow\tresponses\treason")?;
    for (at, line) in lines {
        writeln!(out, "{}\t{line}", civil::format(civil::date_of(at)))?;
    }
    Ok(())
}

fn decided(Decision { point, review }: &Decision) -> String {
    format!(
        "{point}\t{}\t{}\t{}\t{}\t{}",
        civil::format(review.of.answered_on),
        written(review.of.status, review.of.reason),
        written(review.new_status, review.new_reason),
        review.responses,
        cell(&review.purpose)
    )
}

/// It is about no point, day or standing, and changes nothing.
fn handed_out(handout: &Handout) -> String {
    let way = match handout.way {
        Way::Exported => "exported",
        Way::Shown => "shown",
    };
    format!(
        "-\t-\t-\t{way}\t{}\t{}",
        handout.responses,
        cell(&handout.purpose)
    )
}

pub(super) async fn retain(service: &Service, arguments: &Retain) -> anyhow::Result<()> {
    // It folds what waits before it seals the days.
    let retain = service.retain(&arguments.campaign, arguments.before);
    let touched = open::once_free(service, retain).await?;
    writeln!(
        io::stdout(),
        "{touched} responses keep their id, digest, point, status, unit, date and version"
    )?;
    Ok(())
}

/// A text as it stands in a table: what would break a line or a column, or command the terminal, becomes a space.
fn cell(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A status and reason as they are printed and typed.
fn written(status: Status, reason: Option<Reason>) -> String {
    match reason {
        Some(reason) => format!("{}/{}", status.as_str(), reason.as_str()),
        None => status.as_str().to_owned(),
    }
}

fn standing(text: &str) -> Result<(Status, Option<Reason>), String> {
    let (status, reason) = match text.split_once('/') {
        Some((status, reason)) => (status.parse().ok(), Some(reason.parse().ok())),
        None => (text.parse().ok(), None),
    };
    match (status, reason) {
        (Some(status), None) => Ok((status, None)),
        (Some(status), Some(Some(reason))) => Ok((status, Some(reason))),
        _ => Err(format!("`{text}` is no status and reason such as `held/burst`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_its_line_and_column() {
        assert_eq!(cell("Quầy 3\t(tầng 2)\r\n\u{1b}[2J"), "Quầy 3 (tầng 2)   [2J");
    }

    #[test]
    fn what_is_printed_can_be_typed() {
        for &status in Status::ALL {
            for reason in Reason::ALL.iter().copied().map(Some).chain([None]) {
                assert_eq!(standing(&written(status, reason)), Ok((status, reason)));
            }
        }
        for wrong in ["", "held/", "held/rain", "burst", "held/burst/late"] {
            assert!(standing(wrong).is_err(), "{wrong}");
        }
    }
}
