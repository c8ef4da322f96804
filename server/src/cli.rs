//! The command line: one program, a subcommand for each task.

mod campaign;
mod data;
mod demo;
mod device;
mod export;
mod language;
mod open;
mod point;
mod releases;
mod rescued;
mod review;
mod serve;
mod slip;

use clap::{Parser, Subcommand};
use service::error::ServiceError;

use crate::config::{Common, Serve};
use crate::problem::{self, Tongue};
use crate::telemetry;

/// Nghe Dân: measure how satisfied citizens are with the services of provinces and communes
#[derive(Debug, Parser)]
#[command(name = "nghe-dan", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API until SIGTERM or Ctrl-C
    Serve(Serve),
    /// Make or update the database's schema, official units and shipped questionnaires
    Migrate,
    /// Fill the database with labelled synthetic campaigns to look at
    Demo(demo::Demo),
    /// Campaigns: what is asked of which units, when and by whom
    #[command(subcommand)]
    Campaign(campaign::Command),
    /// Access points and their one-time codes
    #[command(subcommand)]
    Point(point::Command),
    /// Desk devices: enrolment, state, and what waits on them
    #[command(subcommand)]
    Device(device::Command),
    /// Slips: one-time codes of dossiers, so that one dossier rates once
    #[command(subcommand)]
    Slip(slip::Command),
    /// Language packs: what they lack, and files for a new one
    #[command(subcommand)]
    Language(language::Command),
    /// Take units from CSV, all or none
    ImportUnits(data::Units),
    /// Publish a questionnaire version from its JSON file
    ImportQuestionnaire(data::Questionnaire),
    /// Make a release now instead of at night
    Release(releases::Release),
    /// Compute tallies again from the responses
    Recount(releases::Recount),
    /// Write the responses of a campaign that had arrived by now, in random order, without times of day; why is kept
    Export(export::Export),
}

/// Runs the command line.
pub async fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let (command, serve) = match cli.command {
        Command::Serve(serve) => (None, serve),
        other => (Some(other), Serve::default()),
    };
    let (common, serve) = cli.common.with_file(serve)?;
    telemetry::start(common.log())?;
    let done = match command {
        None | Some(Command::Serve(_)) => serve::run(&common, &serve).await,
        Some(Command::Migrate) => data::migrate(&common).await,
        Some(Command::Demo(arguments)) => demo::run(&common, &arguments).await,
        Some(Command::Campaign(command)) => campaign::run(&common, command).await,
        Some(Command::Point(command)) => point::run(&common, command).await,
        Some(Command::Device(command)) => device::run(&common, command).await,
        Some(Command::Slip(command)) => slip::run(&common, serve.public_url, command).await,
        Some(Command::Language(command)) => language::run(&common, command).await,
        Some(Command::ImportUnits(arguments)) => data::units(&common, &arguments).await,
        Some(Command::ImportQuestionnaire(arguments)) => data::questionnaire(&common, &arguments).await,
        Some(Command::Release(arguments)) => releases::release(&common, &arguments).await,
        Some(Command::Recount(arguments)) => releases::recount(&common, &arguments).await,
        Some(Command::Export(arguments)) => export::run(&common, &arguments).await,
    };
    done.map_err(told)
}

/// Names the fields that are wrong, where an error is about fields.
fn told(error: anyhow::Error) -> anyhow::Error {
    let Some(ServiceError::Fields(fields)) = error.downcast_ref() else {
        return error;
    };
    let lines = fields.iter().map(|field| {
        let place = field.path.trim_start_matches('/');
        format!("{place}: {}", problem::detail(&field.code, Tongue::En))
    });
    anyhow::Error::msg(lines.collect::<Vec<_>>().join("\n"))
}
