//! Intake: how near the real route comes to what its parts allow.

use std::path::Path;

use anyhow::Result;

use crate::Args;
use crate::direct;
use crate::load::{self, Documents, Seen};
use crate::process::{self, Folder, Running};
use crate::table::{Bar, Table};
use crate::world::{Asked, World};

/// Twenty times what ODK Central takes on such a machine.
const RATE: f64 = 4_660.0;
/// The same with every flush delayed by five milliseconds.
const SLOW_RATE: f64 = 2_000.0;
/// Processor milliseconds that a response may cost.
const CPU_MS: f64 = 0.3;
/// Megabytes that the server may ever hold.
pub(crate) const MEMORY_MB: f64 = 200.0;

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
    let tallied = direct::with_tallies(&mut world, span).await?;
    table.line("d  the same with tallies", tallied, "/s", Bar::None);
    table.line("d / e", tallied / bare, "", Bar::AtLeast(0.15));
    let documents = Documents::make(&mut world);
    world.close().await;

    let route = Running::route(&args.route, folder, &place.url)?;
    let checked = load::send(route.address, &documents, args.connections, span)
        .await?
        .rate();
    route.stop()?;
    table.line(
        "h  the route checking and storing nothing",
        checked,
        "/s",
        Bar::None,
    );

    let whole = whole(args, folder, &place.url, place.server, &documents, None).await?;
    let possible = 1.0 / (1.0 / checked + 1.0 / tallied);
    let rate = whole.seen.rate();
    table.line("the program over HTTP", rate, "/s", Bar::AtLeast(RATE));
    table.line("of 1 / (1/h + 1/d)", rate / possible, "", Bar::AtLeast(0.8));
    whole.print(table);
    if let Some(library) = &args.slow_sync {
        slow(args, folder, place, library, table).await?;
    }
    Ok(())
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
    server_ms: f64,
    database_ms: Option<f64>,
    peak_mb: f64,
}

impl Whole {
    fn print(&self, table: &mut Table) {
        table.line(
            "processor time of the server, a response",
            self.server_ms,
            "ms",
            Bar::AtMost(CPU_MS),
        );
        if let Some(ms) = self.database_ms {
            table.line(
                "processor time of the database server, a response",
                ms,
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
) -> Result<Whole> {
    let server = Running::program(&args.program, folder, url, preload, &[])?;
    // Connections, statements and points are known after the first second.
    load::send(
        server.address,
        documents,
        args.connections,
        std::time::Duration::from_secs(1),
    )
    .await?;
    let database = |pid: Option<u32>| pid.map(process::family_cpu_seconds).transpose();
    let before = (process::cpu_seconds(server.pid())?, database(database_server)?);
    let seen = load::send(server.address, documents, args.connections, args.duration()).await?;
    let after = (process::cpu_seconds(server.pid())?, database(database_server)?);
    let each = |seconds: f64| seconds * 1000.0 / seen.rate() / seen.seconds;
    Ok(Whole {
        server_ms: each(after.0 - before.0),
        database_ms: after.1.zip(before.1).map(|(after, before)| each(after - before)),
        seen,
        peak_mb: server.stop()?,
    })
}
