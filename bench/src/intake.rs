//! Intake: how near the real route comes to what its parts allow.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::Args;
use crate::direct;
use crate::load::{self, Documents, Seen};
use crate::process::{self, Folder, Running};
use crate::table::{Bar, Table, median};
use crate::world::{Asked, World};

/// Twenty times what ODK Central takes on such a machine.
const RATE: f64 = 4_660.0;
/// The same with every flush delayed by five milliseconds.
const SLOW_RATE: f64 = 2_000.0;
/// Processor milliseconds that a response may cost.
const CPU_MS: f64 = 0.3;
/// Megabytes that the server may ever hold.
pub(crate) const MEMORY_MB: f64 = 200.0;

/// How often parts and whole take turns. The machine is faster in one minute than in the next, so that only what was
/// measured together can be compared; of what the rounds came to, the median is printed.
const ROUNDS: usize = 5;

const SIPAS: Asked = Asked {
    campaign: "bench",
    key: "sipas",
    version: "2023",
};

/// Where to measure: a database, and another one whose flushes are delayed.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    pub(crate) slow_url: String,
    /// The first processes of database servers, where there are any.
    pub(crate) server: Option<u32>,
    pub(crate) slow_server: Option<u32>,
}

/// Measures the parts, then the whole, then the whole on a slow disk.
pub(crate) async fn run(args: &Args, folder: &Folder, place: &Place, table: &mut Table) -> Result<()> {
    let mut world = World::make(&place.url, SIPAS).await?;
    direct::fill(&mut world, args.before()).await?;
    direct::settle(&place.url).await?;
    table.section(&format!(
        "Intake on {}: 39 answers, {} connections, {} responses there before",
        place.name,
        args.connections,
        args.before()
    ));
    let span = args.duration();
    let bare = direct::bare(&mut world, &place.url, span).await?;
    table.line(
        "e  64 rows in one insert a transaction, nothing else",
        bare,
        "/s",
        Bar::None,
    );
    let documents = Documents::make(&mut world);
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        rounds.push(Round::run(args, folder, place, &mut world, &documents).await?);
    }
    world.close().await;
    let tallied = median(rounds.iter().map(|round| round.tallied));
    table.line("d  the same with tallies", tallied, "/s", Bar::None);
    table.line("d / e", tallied / bare, "", Bar::AtLeast(0.15));
    table.line(
        "h  the route checking and storing nothing",
        median(rounds.iter().map(|round| round.checked)),
        "/s",
        Bar::None,
    );
    table.line(
        "the program over HTTP",
        median(rounds.iter().map(|round| round.whole.seen.rate())),
        "/s",
        Bar::AtLeast(RATE),
    );
    table.line(
        "of 1 / (1/h + 1/d)",
        median(rounds.iter().map(Round::of_possible)),
        "",
        Bar::AtLeast(0.8),
    );
    if let Some(whole) = rounds.into_iter().map(|round| round.whole).reduce(Whole::and) {
        whole.print(table);
    }
    if let Some(library) = &args.slow_sync {
        slow(args, folder, place, library, table).await?;
    }
    Ok(())
}

/// The parts and the whole, measured one right after the other.
struct Round {
    /// Responses a second of `d`, of `h` and of the program.
    tallied: f64,
    checked: f64,
    whole: Whole,
}

impl Round {
    async fn run(
        args: &Args,
        folder: &Folder,
        place: &Place,
        world: &mut World,
        documents: &Documents,
    ) -> Result<Self> {
        let span = args.duration() / u32::try_from(ROUNDS)?;
        let tallied = direct::with_tallies(world, span).await?;
        let route = Running::route(&args.route, folder, &place.url)?;
        let checked = load::send(route.address, documents, args.connections, span)
            .await?
            .rate();
        route.stop()?;
        let whole = whole(args, folder, &place.url, place.server, documents, None, span).await?;
        Ok(Self {
            tallied,
            checked,
            whole,
        })
    }

    /// What the program reached of what its parts allow.
    fn of_possible(&self) -> f64 {
        self.whole.seen.rate() * (1.0 / self.checked + 1.0 / self.tallied)
    }
}

/// The whole again with every flush delayed by five milliseconds.
async fn slow(args: &Args, folder: &Folder, place: &Place, library: &Path, table: &mut Table) -> Result<()> {
    let mut world = World::make(&place.slow_url, SIPAS).await?;
    direct::fill(&mut world, args.before()).await?;
    direct::settle(&place.slow_url).await?;
    let documents = Documents::make(&mut world);
    world.service.release_all().await?;
    world.close().await;
    table.section(&format!(
        "The same on {} with every flush delayed by 5 ms",
        place.name
    ));
    let preload = place.slow_server.is_none().then_some(library);
    let whole = whole(
        args,
        folder,
        &place.slow_url,
        place.slow_server,
        &documents,
        preload,
        args.duration(),
    )
    .await?;
    table.line(
        "the program over HTTP",
        whole.seen.rate(),
        "/s",
        Bar::AtLeast(SLOW_RATE),
    );
    whole.print(table);
    Ok(())
}

/// What the program did under load.
pub(crate) struct Whole {
    seen: Seen,
    /// Processor seconds.
    server_s: f64,
    database_s: Option<f64>,
    peak_mb: f64,
}

impl Whole {
    /// Both together.
    fn and(self, other: Self) -> Self {
        Self {
            seen: self.seen.and(other.seen),
            server_s: self.server_s + other.server_s,
            database_s: self.database_s.zip(other.database_s).map(|(one, two)| one + two),
            peak_mb: self.peak_mb.max(other.peak_mb),
        }
    }

    /// Processor milliseconds of a response.
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    fn each_ms(&self, seconds: f64) -> f64 {
        seconds * 1000.0 / self.seen.responses as f64
    }

    fn print(&self, table: &mut Table) {
        table.line(
            "processor time of the server, a response",
            self.each_ms(self.server_s),
            "ms",
            Bar::AtMost(CPU_MS),
        );
        if let Some(seconds) = self.database_s {
            table.line(
                "processor time of the database server, a response",
                self.each_ms(seconds),
                "ms",
                Bar::None,
            );
        }
        table.line(
            "half of all requests were answered within",
            self.seen.wait_ms(500),
            "ms",
            Bar::None,
        );
        table.line("99 of 100 within", self.seen.wait_ms(990), "ms", Bar::None);
        table.line(
            "peak memory of the server",
            self.peak_mb,
            "MB",
            Bar::AtMost(MEMORY_MB),
        );
    }
}

/// Loads the program as it ships.
async fn whole(
    args: &Args,
    folder: &Folder,
    url: &str,
    database_server: Option<u32>,
    documents: &Documents,
    preload: Option<&Path>,
    span: Duration,
) -> Result<Whole> {
    let server = Running::program(&args.program, folder, url, preload, &[])?;
    // Connections, statements and points are known after the first second.
    load::send(
        server.address,
        documents,
        args.connections,
        Duration::from_secs(1),
    )
    .await?;
    let database = |pid: Option<u32>| pid.map(process::family_cpu_seconds).transpose();
    let before = (process::cpu_seconds(server.pid())?, database(database_server)?);
    let seen = load::send(server.address, documents, args.connections, span).await?;
    let after = (process::cpu_seconds(server.pid())?, database(database_server)?);
    Ok(Whole {
        server_s: after.0 - before.0,
        database_s: after.1.zip(before.1).map(|(after, before)| after - before),
        seen,
        peak_mb: server.stop()?,
    })
}
