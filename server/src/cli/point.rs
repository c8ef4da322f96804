//! `nghe-dan point`.

use std::io::{self, Write as _};

use anyhow::bail;
use clap::{Args, Subcommand};
use domain::channel::Channel;
use service::Service;
use service::setup::NewPoint;
use store::catalogue::{Point, PointState};

use super::open::{self, named};
use crate::config::Common;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a point at a unit, or one at each unit directly below it, and print their codes
    Add(Add),
    /// List the points of a unit
    List {
        /// The unit, by id, code or address
        unit: String,
    },
    /// Make one-time codes and print them; this is the only time that they can be seen
    Codes {
        /// The campaign's key
        campaign: String,
        /// How many
        #[arg(long, default_value_t = 1)]
        count: usize,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The campaign's key
    #[arg(long)]
    campaign: String,
    /// The unit, by id, code or address
    #[arg(long)]
    unit: String,
    /// A point at each unit directly below instead of at the unit itself
    #[arg(long)]
    below: bool,
    /// What the point is called at its unit, such as "Quầy 3"
    #[arg(long, default_value = "")]
    label: String,
    /// How answers reach it: `point_qr`, `portal`, `invitation`, `home`, `post`, `telephone`, `group`, `import`
    #[arg(long, default_value = "point_qr", value_parser = named::<Channel>)]
    channel: Channel,
    /// Answers an hour above which further ones are held for review
    #[arg(long, default_value_t = 60)]
    hourly_limit: i32,
    /// Take an answer only with a one-time code
    #[arg(long)]
    needs_code: bool,
    /// The sampling cluster whose people answer here, of a campaign with a drawn sample: an opaque code that is kept
    /// with their answers and never shown. All points of a cluster are at one unit, so `--below` takes none
    #[arg(long, value_name = "CODE", conflicts_with = "below")]
    cluster: Option<String>,
    /// The field of the procedure, an option of the questionnaire's question `field`, so that nobody is asked for it
    #[arg(long)]
    field: Option<String>,
    /// Answers do not count yet
    #[arg(long)]
    trial: bool,
}

pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<()> {
    let service = open::for_command(common).await?;
    match command {
        Command::Add(arguments) => add(&service, arguments).await?,
        Command::List { unit } => {
            let points = service.points_of(open::unit(&service, &unit)?).await?;
            print(&service, &points)?;
        }
        Command::Codes { campaign, count } => {
            let campaign = service.campaign_by_key(&campaign)?;
            let mut out = io::stdout().lock();
            for code in service.issue_codes(campaign.id, count).await? {
                writeln!(out, "{code}")?;
            }
        }
    }
    service.close().await;
    Ok(())
}

async fn add(service: &Service, arguments: Add) -> anyhow::Result<()> {
    let campaign = service.campaign_by_key(&arguments.campaign)?;
    let unit = open::unit(service, &arguments.unit)?;
    let units = if arguments.below {
        service
            .units()
            .children_on(unit, service.today())
            .map(|child| child.unit.id)
            .collect()
    } else {
        vec![unit]
    };
    if units.is_empty() {
        bail!("there is no unit directly below `{}` today", arguments.unit);
    }
    let points = units.into_iter().map(|unit| NewPoint {
        campaign: campaign.id,
        unit,
        channel: arguments.channel,
        state: if arguments.trial {
            PointState::Trial
        } else {
            PointState::Active
        },
        label: arguments.label.clone(),
        hourly_limit: arguments.hourly_limit,
        needs_code: arguments.needs_code,
        cluster: arguments.cluster.clone(),
        field: arguments.field.clone(),
    });
    let made = service.add_points(points.collect()).await?;
    print(service, &made)
}

/// One line a point: code, link, unit and label.
fn print(service: &Service, points: &[Point]) -> anyhow::Result<()> {
    let (units, today) = (service.units(), service.today());
    let mut out = io::stdout().lock();
    for point in points {
        let name = units
            .unit(point.unit)
            .and_then(|unit| unit.fact_near(today))
            .map_or("", |fact| &fact.name.vi);
        writeln!(out, "{}\t/s/{}\t{name}\t{}", point.code, point.code, point.label)?;
    }
    Ok(())
}
