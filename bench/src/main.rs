//! What Nghe Dân must bear, measured: `cargo xtask bench`. `docs/performance.md` explains every line.
//!
//! It measures ratios on the machine at hand, because absolute figures say as much about the machine; those
//! stand beside. Nothing here is part of the product: the server under load is the program as it ships.

#![expect(
    clippy::print_stdout,
    reason = "a command-line tool speaks on standard output"
)]

mod direct;
mod intake;
mod load;
mod process;
mod reports;
mod table;
mod world;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use crate::intake::Place;
use crate::reports::Size;
use crate::table::Table;

#[derive(Parser)]
#[command(name = "bench", about = "Measure the data path of Nghe Dân.")]
struct Args {
    /// The sizes of the specification instead of a run of a minute or two.
    #[arg(long)]
    full: bool,
    /// Responses in the database before intake is measured [default: 20,000; 1,000,000 with --full].
    #[arg(long)]
    before: Option<usize>,
    /// Seconds for which each rate is measured [default: 5; 20 with --full].
    #[arg(long)]
    seconds: Option<u64>,
    /// Connections that send responses.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Responses behind the reports [default: 160,000; 10,000,000 with --full].
    #[arg(long)]
    responses: Option<usize>,
    /// Communes in which they were given [default: 332; 3,321 with --full].
    #[arg(long)]
    communes: Option<usize>,
    /// Days on which they were given [default: 24; 250 with --full].
    #[arg(long)]
    days: Option<usize>,
    /// Measure only this; everything without it.
    #[arg(long)]
    only: Option<Part>,
    /// End with an error when a bar is not reached.
    #[arg(long)]
    strict: bool,
    /// The program under test.
    #[arg(long, default_value = "target/release/nghe-dan")]
    program: PathBuf,
    /// The route that checks and stores nothing; see `server/examples/check_only.rs`.
    #[arg(long, default_value = "target/release/examples/check_only")]
    route: PathBuf,
    /// Where databases are made; they are removed afterwards.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// A library that delays every flush to the disk, to be loaded before the program.
    #[arg(long)]
    slow_sync: Option<PathBuf>,
    /// The maintenance database of a PostgreSQL server that flushes, and its first process.
    #[arg(long, requires = "postgres_pid")]
    postgres: Option<String>,
    #[arg(long)]
    postgres_pid: Option<u32>,
    /// The same with every flush delayed.
    #[arg(long, requires = "slow_postgres_pid")]
    slow_postgres: Option<String>,
    #[arg(long)]
    slow_postgres_pid: Option<u32>,
}

/// A part of the bench.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Intake,
    Reports,
}

impl Args {
    fn before(&self) -> usize {
        self.before.unwrap_or(if self.full { 1_000_000 } else { 20_000 })
    }

    fn reports(&self) -> Size {
        let (responses, communes, days) = if self.full {
            (10_000_000, 3_321, 250)
        } else {
            (160_000, 332, 24)
        };
        Size {
            responses: self.responses.unwrap_or(responses),
            communes: self.communes.unwrap_or(communes),
            days: self.days.unwrap_or(days),
        }
    }

    /// How many times fewer responses fill the same cells for comparison.
    fn report_ratio(&self) -> usize {
        if self.full { 10 } else { 2 }
    }

    fn measures(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }

    fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(if self.full { 20 } else { 5 }))
    }
}

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(run(&Args::parse()))
}

async fn run(args: &Args) -> Result<()> {
    let mut table = Table::default();
    let folder = process::Folder::make(&args.folder)?;
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    if args.measures(Part::Intake) {
        let sqlite = Place {
            name: "SQLite",
            url: file("intake.db"),
            slow_url: file("slow.db"),
            server: None,
            slow_server: None,
        };
        Box::pin(intake::run(args, &folder, &sqlite, &mut table)).await?;
        if let (Some(url), Some(slow_url)) = (&args.postgres, &args.slow_postgres) {
            let postgres = Place {
                name: "PostgreSQL",
                url: url.clone(),
                slow_url: slow_url.clone(),
                server: args.postgres_pid,
                slow_server: args.slow_postgres_pid,
            };
            Box::pin(intake::run(args, &folder, &postgres, &mut table)).await?;
        }
    }
    if args.measures(Part::Reports) {
        Box::pin(reports::run(args, &folder, &mut table)).await?;
    }
    table.finish(args.strict)
}
