//! Reports: what reading a stored release costs, what making one costs, and that a recount agrees.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use domain::answer::Answer;
use domain::channel::Channel;
use domain::id::UnitId;
use domain::layout::ItemKind;
use domain::release::{self, Disclosed, Opening, State};
use domain::unit::UnitLevel;
use service::clock::{Clock as _, SystemClock};
use service::releases::is_night;
use store::intake::NewResponse;
use store::probe;
use store::releases::CellQuery;
use time::{Date, Duration};

use crate::Args;
use crate::intake::MEMORY_MB;
use crate::load;
use crate::process::{self, Folder, Running};
use crate::table::{Bar, Table, median};
use crate::world::{Asked, World};

const DESK: Asked = Asked {
    campaign: "bench-desk",
    key: "desk-rating",
    version: "1",
};

/// Responses in a transaction while the database is filled.
const FILL: usize = 2048;
/// How often each reading is repeated; the median is shown.
const READINGS: usize = 201;
/// How many people answer at each point of the province on the day that changes.
const LATE: usize = 10;
/// How long the server's first night may take: it erases the exact time of each response, a thousand at a time.
const NIGHT: std::time::Duration = std::time::Duration::from_mins(15);

/// How much to fill.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) responses: usize,
    pub(crate) communes: usize,
    pub(crate) days: usize,
}

/// Fills two databases, makes releases of both, reads them, and recounts the larger.
pub(crate) async fn run(args: &Args, folder: &Folder, table: &mut Table) -> Result<()> {
    let large = args.reports();
    let small = Size {
        responses: large.responses / args.report_ratio(),
        ..large
    };
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());

    let few_url = url("few.db");
    let mut world = World::make(&few_url, DESK).await?;
    fill(&mut world, small).await?;
    world.service.fold().await?;
    world.service.release_all().await?;
    world.close().await;

    let url = url("reports.db");
    let mut world = World::make(&url, DESK).await?;
    table.section(&format!(
        "Reports: {} responses over {} communes and {} days",
        large.responses, large.communes, large.days
    ));
    let started = Instant::now();
    fill(&mut world, large).await?;
    table.line(
        "filling, through the store's own path",
        rate(large.responses, started),
        "/s",
        Bar::None,
    );
    let started = Instant::now();
    world.service.fold().await?;
    table.line(
        "folding all of it",
        started.elapsed().as_secs_f64(),
        "s",
        Bar::None,
    );
    world.close().await;
    let made = process::finish(&args.program, folder, &url, &["release"])?;
    ensure!(made.success, "the release failed");
    table.line(
        "the nightly release, everything new",
        made.seconds,
        "s",
        Bar::AtMost(60.0),
    );
    table.line("its peak memory", made.peak_mb, "MB", Bar::AtMost(MEMORY_MB));

    let mut world = World::open(&url, DESK).await?;
    late_day(&mut world, large).await?;
    world.close().await;
    let changed = process::finish(&args.program, folder, &url, &["release"])?;
    ensure!(changed.success, "the release failed");
    table.line(
        "the release after one day of one province changed",
        changed.seconds,
        "s",
        Bar::AtMost(5.0),
    );
    table.line("its peak memory", changed.peak_mb, "MB", Bar::AtMost(MEMORY_MB));

    readings(args, &few_url, &url, table).await?;
    over_http(args, folder, &url, table).await?;
    recount(args, folder, &url, table).await
}

/// Fills the same cells whatever the number: day by day, commune by commune.
async fn fill(world: &mut World, size: Size) -> Result<()> {
    let cells = size.communes * size.days;
    ensure!(
        size.responses >= cells,
        "{} responses do not fill {cells} cells",
        size.responses
    );
    let first = world.campaign.starts_on;
    let protected = protected(world);
    let mut batch: Vec<NewResponse> = Vec::with_capacity(FILL);
    for cell in 0..cells {
        let (day, commune) = (cell / size.communes, cell % size.communes);
        let date = first + Duration::days(i64::try_from(day * 365 / size.days)?);
        let count = size.responses * (cell + 1) / cells - size.responses * cell / cells;
        for _ in 0..count {
            let point = commune * world.points.len() / size.communes;
            let mut response = world.response(point, date);
            ask_everything(&mut response, &protected);
            // A cell has one channel, so that its number of tallies is the same in both databases.
            response.channel = [Channel::DeskDevice, Channel::PointQr][(day + commune) % 2];
            batch.push(response);
            if batch.len() == FILL {
                world.store.record(&batch).await?;
                batch.clear();
            }
        }
    }
    world.store.record(&batch).await?;
    Ok(())
}

/// Which questions of the version need more people than others.
fn protected(world: &World) -> Vec<bool> {
    let questions = world.version.version.questions();
    questions.map(|(_, question)| question.is_protected()).collect()
}

/// A question that few were asked is not published of a small cell, so that with fewer responses the same cells would hold
/// fewer figures. Here everybody is asked everything, and nobody what only twenty may answer for.
fn ask_everything(response: &mut NewResponse, protected: &[bool]) {
    let items = response.version.layout().items().iter();
    for (item, answer) in items.zip(&mut response.answers.items) {
        *answer = match (*answer, &item.kind) {
            _ if protected[item.question] => Answer::NotShown,
            (Answer::NotShown, ItemKind::Choice { .. }) => Answer::Choice(0),
            (Answer::NotShown, ItemKind::Multiple { .. }) => Answer::Multiple(1),
            (given, _) => given,
        };
    }
}

/// Answers of one past day that arrive late, at every point of one province.
async fn late_day(world: &mut World, size: Size) -> Result<()> {
    let today = world.service.today();
    let units = world.service.units();
    let province = |unit: UnitId| units.parent_on(unit, today).map(|above| above.unit.id);
    let first = province(world.points[0].unit);
    let date = world.campaign.starts_on + Duration::days(100);
    let protected = protected(world);
    let mut batch = Vec::new();
    for commune in 0..size.communes {
        let point = commune * world.points.len() / size.communes;
        if province(world.points[point].unit) == first {
            for _ in 0..LATE {
                let mut response = world.response(point, date);
                ask_everything(&mut response, &protected);
                batch.push(response);
            }
        }
    }
    world.store.record(&batch).await?;
    Ok(())
}

/// Reads and opens cells as pages do, in this process, from both databases in turn: a reading takes as long as what else
/// the machine does just then, so that only those made one right after the other can be compared.
async fn readings(args: &Args, few_url: &str, many_url: &str, table: &mut Table) -> Result<()> {
    let few = World::open(few_url, DESK).await?;
    let many = World::open(many_url, DESK).await?;
    let (mut rows, mut shown, mut figures, mut figures_of_few) = (0, 0, 0, 0);
    let mut against = Vec::new();
    for (less, more) in asks(&few)?.into_iter().zip(asks(&many)?) {
        let (mut times, mut base) = (Vec::new(), Vec::new());
        let (mut read, mut read_few) = (Opened::default(), Opened::default());
        for _ in 0..READINGS {
            read_few = open_all(&few, &less).await?;
            base.push(read_few.milliseconds);
            read = open_all(&many, &more).await?;
            times.push(read.milliseconds);
        }
        let took = median(times);
        table.line(more.what, took, "ms", Bar::AtMost(more.bar));
        if more.weighed {
            ensure!(read.rows >= args.reports().communes, "a commune has no cell");
            table.line("their bytes", megabytes(read.bytes), "MB", Bar::AtMost(2.0));
        }
        against.push(took / median(base));
        rows += read.rows;
        shown += read.shown;
        figures += read.figures;
        figures_of_few += read_few.figures;
    }
    table.line("rows read for these", count(rows), "", Bar::None);
    table.line("of them shown", count(shown), "", Bar::None);
    table.line("figures in these", count(figures), "", Bar::None);
    // What is hidden is opened in no time: where this is less, the comparisons below say nothing.
    table.line(
        "figures with fewer responses",
        count(figures_of_few),
        "",
        Bar::None,
    );
    few.close().await;
    many.close().await;
    let first = format!(
        "country: against 1/{} of the responses in the same cells",
        args.report_ratio()
    );
    for (what, ratio) in [&first, "all communes: the same", "one commune: the same"]
        .into_iter()
        .zip(against)
    {
        table.line(what, ratio, "", Bar::AtMost(1.2));
    }
    Ok(())
}

/// A reading.
struct Ask {
    what: &'static str,
    /// Milliseconds that it may take.
    bar: f64,
    units: Vec<UnitId>,
    periods: Vec<String>,
    channels: &'static [&'static str],
    items: bool,
    /// Whether its bytes are held against a bar.
    weighed: bool,
}

/// What the bars are about.
fn asks(world: &World) -> Result<[Ask; 3]> {
    let today: Date = world.service.today();
    let units = world.service.units();
    let country = units.country(today).context("the country is a unit")?.unit.id;
    let mut provinces = vec![country];
    provinces.extend(units.children_on(country, today).map(|unit| unit.unit.id));
    let communes = units
        .level_on(UnitLevel::Commune, today)
        .map(|commune| commune.unit.id);
    let year = world.campaign.starts_on.year();
    let months = (1..=12).map(|month| format!("{year}-{month:02}"));
    let year = year.to_string();
    Ok([
        Ask {
            what: "country and 34 provinces, all figures, a year",
            bar: 20.0,
            units: provinces,
            periods: vec![year.clone()],
            channels: &["all"],
            items: true,
            weighed: false,
        },
        Ask {
            what: "all communes, whole, parts and factors, a year",
            bar: 100.0,
            units: communes.collect(),
            periods: vec![year.clone()],
            channels: &["all"],
            items: false,
            weighed: true,
        },
        Ask {
            what: "one commune with everything and its twelve months",
            bar: 5.0,
            units: vec![world.points[0].unit],
            periods: std::iter::once(year).chain(months).collect(),
            channels: &["all", "desk", "online"],
            items: true,
            weighed: false,
        },
    ])
}

/// What a reading came to.
#[derive(Default)]
struct Opened {
    milliseconds: f64,
    rows: usize,
    bytes: usize,
    shown: usize,
    /// Parts, factors and items that are not withheld.
    figures: usize,
}

async fn open_all(world: &World, ask: &Ask) -> Result<Opened> {
    let periods: Vec<&str> = ask.periods.iter().map(String::as_str).collect();
    let query = CellQuery {
        campaign: world.campaign.id,
        version: world.version.id,
        units: &ask.units,
        periods: &periods,
        channels: ask.channels,
        items: ask.items,
    };
    let opening = Opening {
        version: &world.version.version,
        selection: world.campaign.selection,
        minimum: release::Rules::PUBLIC.threshold,
    };
    let started = Instant::now();
    let rows = world.store.cells(&query).await?;
    let mut opened = Opened {
        rows: rows.len(),
        ..Opened::default()
    };
    for row in &rows {
        opened.bytes += row.nodes.len() + row.items.len();
        let state = row.hidden.and_then(State::from_code);
        let disclosed = release::open(&opening, state, &row.nodes, &row.items)?;
        if let Disclosed::Shown(figures) = &disclosed {
            let nodes = figures.nodes.iter().map(|node| node.withheld);
            let items = figures.items.iter().map(|item| item.withheld);
            opened.shown += 1;
            opened.figures += nodes.chain(items).filter(Option::is_none).count();
        }
    }
    opened.milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    Ok(opened)
}

/// The same over HTTP, as JSON, from the program as it ships.
async fn over_http(args: &Args, folder: &Folder, url: &str, table: &mut Table) -> Result<()> {
    let world = World::open(url, DESK).await?;
    let year = world.campaign.starts_on.year();
    let today = world.service.today();
    let country = world
        .service
        .units()
        .country(today)
        .context("the country is a unit")?
        .unit
        .id;
    let commune = world.points[0].unit;
    world.close().await;
    // Its jobs begin at once, so that the peak is that of a server that answers and releases.
    let server = Running::program(&args.program, folder, url, None, &["--settle-in", "0"])?;
    if is_night(SystemClock.now()) {
        server.wait_for_log("the nightly release is made", NIGHT)?;
    }
    for (what, path) in [
        (
            "over HTTP: country and 34 provinces, a year",
            format!(
                "/api/v1/indicators?unit={country}&campaign={}&period={year}&children=code",
                DESK.campaign
            ),
        ),
        (
            "over HTTP: one commune and its months",
            format!(
                "/api/v1/indicators?unit={commune}&campaign={}&period={year}",
                DESK.campaign
            ),
        ),
    ] {
        let mut times = Vec::new();
        for _ in 0..READINGS {
            times.push(load::get(server.address, &path).await?);
        }
        table.line(what, median(times), "ms", Bar::None);
    }
    table.line(
        "peak memory of the server",
        server.stop()?,
        "MB",
        Bar::AtMost(MEMORY_MB),
    );
    Ok(())
}

/// Every tally agrees; after one bit was changed, it does not.
async fn recount(args: &Args, folder: &Folder, url: &str, table: &mut Table) -> Result<()> {
    let check = || process::finish(&args.program, folder, url, &["recount", "--check"]);
    let agreed = check()?;
    ensure!(agreed.success, "the recount does not agree");
    table.line("recount --check, which agrees", agreed.seconds, "s", Bar::None);
    table.line("its peak memory", agreed.peak_mb, "MB", Bar::AtMost(MEMORY_MB));
    let world = World::open(url, DESK).await?;
    let campaign = world.campaign.id;
    world.close().await;
    let probe = probe::open(url).await?;
    probe.flip_bit(campaign).await?;
    probe.close().await;
    ensure!(!check()?.success, "the recount does not find a changed bit");
    table.line(
        "recount --check finds one changed bit",
        1.0,
        "",
        Bar::AtLeast(1.0),
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

fn megabytes(bytes: usize) -> f64 {
    count(bytes) / 1e6
}

fn rate(done: usize, started: Instant) -> f64 {
    count(done) / started.elapsed().as_secs_f64()
}
