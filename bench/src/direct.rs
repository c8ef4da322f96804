//! The store driven directly: what the database itself bears on this machine.

use std::time::{Duration, Instant};

use anyhow::Result;
use domain::id::CampaignId;
use store::intake::{NewResponse, Recorded};
use store::probe;
use time::Date;
use uuid::Uuid;

use crate::world::World;

/// Responses in a transaction, as many as there are connections in the load.
const BATCH: usize = 64;
/// Responses in a transaction while a database is filled.
const FILL: usize = 2048;
/// Days over which the responses that were there before are spread.
const DAYS: i64 = 250;

/// Fills the campaign with so many responses of the days before today, day by day and commune by commune.
pub(crate) async fn fill(world: &mut World, count: usize) -> Result<()> {
    let first = world.service.today() - time::Duration::days(DAYS);
    let mut batch = Vec::with_capacity(FILL);
    for index in 0..count {
        let day = index * usize::try_from(DAYS)? / count;
        let day = first + time::Duration::days(i64::try_from(day)?);
        let point = world.points.len();
        batch.push(world.response(index % point, day));
        if batch.len() == FILL || index + 1 == count {
            world.store.record(&batch).await?;
            batch.clear();
        }
    }
    Ok(())
}

/// Lets PostgreSQL know what it was filled with. Without it the first minutes measure plans for empty tables.
pub(crate) async fn settle(url: &str) -> Result<()> {
    if url.starts_with("postgres") {
        let probe = probe::open(url).await?;
        probe.analyze().await?;
        probe.close().await;
    }
    Ok(())
}

/// Responses a second of `e`: one insert of 64 packed rows a transaction, and nothing else.
pub(crate) async fn bare(world: &mut World, url: &str, span: Duration) -> Result<f64> {
    let probe = probe::open(url).await?;
    // Another campaign: these rows are in no tally, and the recount of ours must still agree.
    let elsewhere = CampaignId(Uuid::from_u128(0xe));
    let mut meter = Meter::new(span);
    while !meter.is_over() {
        let mut batch = today(world, BATCH);
        for response in &mut batch {
            response.campaign = elsewhere;
        }
        let started = Instant::now();
        probe.insert_only(&batch).await?;
        meter.add(started, batch.len());
    }
    probe.close().await;
    Ok(meter.rate())
}

/// Responses a second of `d`: the same rows and their tallies, through the store's own path.
pub(crate) async fn with_tallies(world: &mut World, span: Duration) -> Result<f64> {
    let mut meter = Meter::new(span);
    while !meter.is_over() {
        let batch = today(world, BATCH);
        let started = Instant::now();
        let recorded = world.store.record(&batch).await?;
        meter.add(started, batch.len());
        anyhow::ensure!(
            recorded.iter().all(|one| matches!(one, Recorded::New { .. })),
            "a new response was not recorded"
        );
    }
    Ok(meter.rate())
}

fn today(world: &mut World, count: usize) -> Vec<NewResponse> {
    let day: Date = world.service.today();
    let points = world.points.len();
    (0..count)
        .map(|_| {
            let point = world.below(points);
            world.response(point, day)
        })
        .collect()
}

/// Time spent in transactions only; what prepares a batch does not count.
struct Meter {
    span: Duration,
    spent: Duration,
    done: usize,
}

impl Meter {
    fn new(span: Duration) -> Self {
        Self {
            span,
            spent: Duration::ZERO,
            done: 0,
        }
    }

    fn is_over(&self) -> bool {
        self.spent >= self.span
    }

    fn add(&mut self, started: Instant, responses: usize) {
        self.spent += started.elapsed();
        self.done += responses;
    }

    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    fn rate(&self) -> f64 {
        self.done as f64 / self.spent.as_secs_f64()
    }
}
