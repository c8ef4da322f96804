//! A database with a campaign, points and people to answer at them.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use domain::answer::{Answer, Answers};
use domain::channel::{Channel, Mode};
use domain::id::{CampaignId, ResponseId, UnitId};
use domain::method::{Method, Selection};
use domain::response::Envelope;
use domain::status::Status;
use domain::tally::Rated;
use domain::text::{Language, Text};
use domain::unit::UnitLevel;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use service::clock::SystemClock;
use service::languages::Languages;
use service::setup::NewPoint;
use service::{Options, Service, demo};
use store::SharedStore;
use store::catalogue::{Campaign, Point, PointState, ReleaseRule, StoredVersion};
use store::intake::NewResponse;
use time::{Date, Duration};
use uuid::Uuid;

/// Synthetic people; answers are drawn from them again and again.
const PEOPLE: usize = 2_000;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) campaign: &'static str,
    pub(crate) key: &'static str,
    pub(crate) version: &'static str,
}

/// An open database with everything to make responses for it.
pub(crate) struct World {
    pub(crate) store: SharedStore,
    pub(crate) service: Service,
    pub(crate) campaign: Arc<Campaign>,
    pub(crate) version: StoredVersion,
    /// One for each commune, in the order of the official list.
    pub(crate) points: Vec<Point>,
    people: Vec<Answers>,
    random: ChaCha8Rng,
}

impl World {
    /// Makes the schema, the official units, a campaign over the country and a point in every commune.
    pub(crate) async fn make(url: &str, asked: Asked) -> Result<Self> {
        let store = store::connect(url, store::Options::default()).await?;
        store.migrate().await?;
        store.close().await;
        let (store, service) = connect(url).await?;
        service.load_shipped().await?;
        let today = service.today();
        let version = service
            .version(asked.key, asked.version)
            .with_context(|| format!("{} {} is not shipped", asked.key, asked.version))?;
        let units = service.units();
        let country = units.country(today).context("the country is a unit")?.unit.id;
        // What is measured on a sample is not asked of whoever comes by.
        let method = Method::by_id(&version.version.definition().method).context("a known method")?;
        let (selection, channel) = if method.accepts(Selection::Open) {
            (Selection::Open, Channel::PointQr)
        } else {
            (Selection::CensusOfServed, Channel::Home)
        };
        // All of last year can be released.
        let starts_on = Date::from_ordinal_date(today.year() - 1, 1)?;
        let campaign = Campaign {
            id: CampaignId(Uuid::from_u128(0x6e67_6865_6461_4000_8000_0000_0000_00be)),
            key: asked.campaign.to_owned(),
            title: Text::new("Đo tải", "Bench"),
            agency: Text::new("Sở Nội vụ", "Department of Home Affairs"),
            hotline: "1022".to_owned(),
            motto: None,
            versions: vec![(starts_on, version.id)],
            units: vec![country],
            selection,
            channels: Vec::new(),
            release: ReleaseRule::Nightly,
            demo: false,
            starts_on,
            ends_on: None,
            closed_on: None,
        };
        service.put_campaign(&campaign).await?;
        let points = communes(&service)?.into_iter().map(|unit| NewPoint {
            campaign: campaign.id,
            unit,
            channel,
            state: PointState::Active,
            label: String::new(),
            hourly_limit: i32::MAX,
            needs_code: false,
            cluster: None,
            field: None,
        });
        service.add_points(points.collect()).await?;
        drop(service);
        store.close().await;
        Self::open(url, asked).await
    }

    /// Opens what [`World::make`] made.
    pub(crate) async fn open(url: &str, asked: Asked) -> Result<Self> {
        let (store, service) = connect(url).await?;
        let campaign = service.campaign_by_key(asked.campaign)?;
        let version = service
            .version(asked.key, asked.version)
            .with_context(|| format!("{} {} is not shipped", asked.key, asked.version))?;
        let mut points = Vec::new();
        for commune in communes(&service)? {
            points.extend(service.points_of(commune).await?);
        }
        let people = demo::answers(&version.version, 7, PEOPLE);
        let people = people
            .into_iter()
            .map(|answers| answer_all(&version, answers))
            .collect();
        Ok(Self {
            store,
            service,
            campaign,
            version,
            points,
            people,
            random: ChaCha8Rng::seed_from_u64(11),
        })
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    /// A response at that point on that day.
    pub(crate) fn response(&mut self, point: usize, day: Date) -> NewResponse {
        let answers = self.answers();
        let version = &self.version;
        let point = &self.points[point];
        NewResponse {
            id: ResponseId::new(day, self.random.random()),
            // The store compares digests and never computes them.
            digest: self.random.random(),
            point: point.id,
            campaign: self.campaign.id,
            version_id: version.id,
            version: Arc::clone(&version.version),
            answers,
            rated: Rated {
                served_at: point.unit,
                handled_by: None,
            },
            channel: point.channel,
            mode: Mode::SelfScreen,
            language: Language::vi(),
            answered_on: day,
            duration_s: 240,
            arrived_at: day.midnight().assume_utc() + Duration::hours(9),
            clock_offset_s: None,
            cluster: None,
            case: None,
            status: Status::Counted,
            reason: None,
            code: None,
            receipt: None,
            device: None,
        }
    }

    /// The document that a client sends for such a response.
    pub(crate) fn document(&mut self, point: usize, day: Date) -> serde_json::Value {
        let answers = self.answers();
        let envelope = self.envelope(point, day);
        let (respondent, given) = answers.to_json(&self.version.version);
        serde_json::json!({
            "point": envelope.point,
            "questionnaire": envelope.questionnaire,
            "campaign": envelope.campaign,
            "nonce": domain::canonical::hex(&envelope.nonce),
            "language": envelope.language,
            "mode": envelope.mode,
            "answered_on": domain::civil::format(day),
            "duration_s": envelope.duration_s,
            "respondent": respondent,
            "answers": given,
        })
    }

    fn answers(&mut self) -> Answers {
        let person = self.random.random_range(0..self.people.len());
        self.people[person].clone()
    }

    fn envelope(&mut self, point: usize, day: Date) -> Envelope {
        Envelope {
            point: self.points[point].code.clone(),
            questionnaire: self.version.version.reference(),
            campaign: self.campaign.id,
            nonce: self.random.random(),
            language: Language::vi(),
            mode: Mode::SelfScreen,
            answered_on: day,
            duration_s: self.random.random_range(60..600),
            sent_at: None,
            handled_by: None,
            case: None,
            code: None,
            receipt: None,
        }
    }

    /// Closes the database.
    pub(crate) async fn close(self) {
        self.service.close().await;
    }
}

async fn connect(url: &str) -> Result<(SharedStore, Service)> {
    let store = store::connect(url, store::Options::default()).await?;
    let options = Options {
        queue: 4096,
        pepper: [0; 32],
        languages: Languages::default(),
    };
    let service = Service::open(Arc::clone(&store), Arc::new(SystemClock), options).await?;
    Ok((store, service))
}

/// All communes, province by province in the order of the official list.
fn communes(service: &Service) -> Result<Vec<UnitId>> {
    let (units, today) = (service.units(), service.today());
    let country = units.country(today).context("the country is a unit")?.unit.id;
    Ok(units
        .children_on(country, today)
        .flat_map(|province| units.children_on(province.unit.id, today))
        .filter(|unit| unit.unit.level == UnitLevel::Commune)
        .map(|commune| commune.unit.id)
        .collect())
}

/// Fills in the criteria that a person skipped: the load is of whole answers.
fn answer_all(version: &StoredVersion, mut answers: Answers) -> Answers {
    for (item, answer) in version.version.layout().items().iter().zip(&mut answers.items) {
        if item.criterion.is_some() && *answer == Answer::Skipped {
            *answer = Answer::Choice(3);
        }
    }
    answers
}
