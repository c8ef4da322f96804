//! Synthetic campaigns: a country's worth of answers to look at, labelled as synthetic everywhere.
//!
//! The answers have what real ones have and what naive generators lack: answers of one person go together
//! (0.45 of the latent variance), those of one village a little (0.05), units differ, some people rate
//! every row alike, and fewer answer the items on feedback. Without a person effect, a wrong interval
//! would look right (METHOD 2). Rates are set to the published national figures of 2024.

mod campaigns;
mod person;
mod places;
mod published;

use domain::answer::Answers;
use domain::channel::{Channel, Mode};
use domain::id::ResponseId;
use domain::questionnaire::Version;
use domain::response::{self, Envelope};
use domain::status::Status;
use domain::tally::Rated;
use domain::text::Language;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, StandardNormal};
use store::catalogue::{Campaign, Point, StoredVersion};
use store::intake::NewResponse;
use time::{Date, Duration};

use crate::Service;
use crate::error::ServiceError;
use person::{Effects, Synthetic};
use places::{Place, VILLAGES, communes};

pub use published::Beside;

/// How much to make.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    /// Desk ratings over the communes that have a desk, at least one each.
    pub desk_ratings: usize,
    /// How many communes have a desk, spread over the country.
    pub desk_communes: usize,
    /// Answers of the resident survey.
    pub survey_responses: usize,
    /// Communes sampled for it, three villages in each.
    pub survey_communes: usize,
    /// The last day of answers.
    pub until: Date,
}

impl Plan {
    /// The demo that `nghe-dan demo` fills: 300,000 desk ratings and a survey as large as that of 2024
    /// (36,525 responses in 385 communes, three villages each).
    pub fn full(until: Date) -> Self {
        Self {
            seed: 2024,
            desk_ratings: 300_000,
            desk_communes: usize::MAX,
            survey_responses: 36_525,
            survey_communes: 385,
            until,
        }
    }

    /// A small one for tests: two communes a province have a desk, so that most of them may be shown.
    pub fn small(until: Date) -> Self {
        Self {
            desk_ratings: 6_000,
            desk_communes: 68,
            survey_responses: 1_200,
            survey_communes: 12,
            ..Self::full(until)
        }
    }
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Filled {
    pub desk_ratings: usize,
    pub survey_responses: usize,
    /// Points to try, one a campaign.
    pub examples: Vec<Point>,
}

/// How far the filling is: done and to do.
pub type Progress<'a> = &'a mut (dyn FnMut(usize, usize) + Send);

/// Responses in a transaction.
const BATCH: usize = 2048;
/// Days of desk ratings before the last one.
const DESK_DAYS: i64 = 300;
/// Days of the survey before the last answer.
const SURVEY_DAYS: i64 = 45;

impl Service {
    /// Makes the demo campaigns and fills them. The versions `desk-rating 1` and `sipas 2023` and the
    /// official units must be there.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Invalid`] when the demo is there already.
    pub async fn fill_demo(&self, plan: Plan, progress: Progress<'_>) -> Result<Filled, ServiceError> {
        if self.campaigns().iter().any(|campaign| campaign.demo) {
            return Err(ServiceError::Invalid(
                "this database holds the demo already".to_owned(),
            ));
        }
        let mut random = ChaCha12Rng::seed_from_u64(plan.seed);
        let communes = communes(&self.units(), plan.until);
        if communes.is_empty() {
            return Err(ServiceError::NotFound("unit"));
        }
        let total = plan.desk_ratings + plan.survey_responses;
        let mut filler = Filler {
            service: self,
            batch: Vec::with_capacity(BATCH),
            done: 0,
            total,
            progress,
        };

        let desk = self.demo_desk_campaign(plan.until).await?;
        let places = plan.desks(&mut random, &communes);
        let points = self.demo_points(&desk, &places, Channel::PointQr).await?;
        let desk_example = points.first().cloned();
        let version = self
            .version_on(&desk, plan.until)
            .ok_or(ServiceError::NotFound("questionnaire version"))?;
        let sizes = sizes(&places);
        let offsets = centred(&mut random, &sizes, 0.06);
        let synthetic = Synthetic::of(&version.version);
        for visit in visits(&mut random, &sizes, |random| -working_day(random, plan.until)) {
            let day = plan.until + Duration::days(visit.day);
            let effects = Effects::draw(&mut random, offsets[visit.place], 0.49);
            let answers = synthetic.answers(&mut random, effects);
            let on_device = random.random_bool(0.45);
            let channel = if on_device {
                Channel::DeskDevice
            } else {
                Channel::PointQr
            };
            let asked = Asked {
                campaign: &desk,
                version: &version,
                point: &points[visit.place],
                channel,
                mode: Mode::SelfScreen,
            };
            filler.push(asked.response(day, answers, &mut random)).await?;
        }

        // A stream of its own, so that the survey is the same whatever the desks take.
        let mut random = ChaCha12Rng::seed_from_u64(plan.seed);
        random.set_stream(1);
        let places = plan.villages(&mut random, &communes);
        let survey = self.demo_survey_campaign(plan.until, &places).await?;
        let points = self.demo_points(&survey, &places, Channel::Home).await?;
        let survey_example = points.first().cloned();
        let version = self
            .version_on(&survey, plan.until)
            .ok_or(ServiceError::NotFound("questionnaire version"))?;
        let sizes = self::sizes(&places);
        let unit_offsets = centred(&mut random, &vec![1; places.len() / VILLAGES], 0.04);
        let village_offsets = centred(&mut random, &sizes, 0.05);
        let synthetic = Synthetic::of(&version.version);
        let day = |random: &mut ChaCha12Rng| random.random_range(0..=SURVEY_DAYS);
        for visit in visits(&mut random, &sizes, day) {
            let offset = unit_offsets[visit.place / VILLAGES] + village_offsets[visit.place];
            let effects = Effects::draw(&mut random, offset, 0.46);
            let answers = synthetic.answers(&mut random, effects);
            let asked = Asked {
                campaign: &survey,
                version: &version,
                point: &points[visit.place],
                channel: Channel::Home,
                mode: Mode::SelfPaper,
            };
            let day = survey.starts_on + Duration::days(visit.day);
            filler.push(asked.response(day, answers, &mut random)).await?;
        }
        filler.flush().await?;
        self.refresh().await?;
        Ok(Filled {
            desk_ratings: plan.desk_ratings,
            survey_responses: plan.survey_responses,
            examples: desk_example.into_iter().chain(survey_example).collect(),
        })
    }
}

struct Filler<'a> {
    service: &'a Service,
    batch: Vec<NewResponse>,
    done: usize,
    total: usize,
    progress: Progress<'a>,
}

impl Filler<'_> {
    async fn push(&mut self, response: NewResponse) -> Result<(), ServiceError> {
        self.batch.push(response);
        if self.batch.len() >= BATCH {
            self.flush().await
        } else {
            Ok(())
        }
    }

    async fn flush(&mut self) -> Result<(), ServiceError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.service.store().record(&self.batch).await?;
        self.done += self.batch.len();
        self.batch.clear();
        (self.progress)(self.done, self.total);
        Ok(())
    }
}

/// Where and how somebody answers.
struct Asked<'a> {
    campaign: &'a Campaign,
    version: &'a StoredVersion,
    point: &'a Point,
    channel: Channel,
    mode: Mode,
}

impl Asked<'_> {
    fn response(&self, answered_on: Date, answers: Answers, random: &mut ChaCha12Rng) -> NewResponse {
        let duration_s = 20
            + 4 * u32::try_from(answers.items.iter().filter(|answer| answer.is_given()).count()).unwrap_or(0);
        let envelope = Envelope {
            point: self.point.code.clone(),
            questionnaire: self.version.version.reference(),
            campaign: self.campaign.id,
            nonce: random.random(),
            language: Language::vi(),
            mode: self.mode,
            answered_on,
            duration_s: duration_s + random.random_range(0..120),
            sent_at: None,
            handled_by: None,
            case: None,
            code: None,
            receipt: None,
        };
        NewResponse {
            id: ResponseId::new(answered_on, random.random()),
            digest: response::digest(&envelope, &self.version.version, &answers),
            point: self.point.id,
            campaign: self.campaign.id,
            version_id: self.version.id,
            version: std::sync::Arc::clone(&self.version.version),
            answers,
            rated: Rated {
                served_at: self.point.unit,
                handled_by: None,
            },
            channel: self.channel,
            mode: self.mode,
            language: envelope.language,
            answered_on,
            duration_s: envelope.duration_s,
            arrived_at: answered_on.midnight().assume_utc() + Duration::hours(9),
            clock_offset_s: None,
            cluster: self.point.cluster.clone(),
            case: None,
            status: Status::Counted,
            reason: None,
            code: None,
            receipt: None,
            device: None,
        }
    }
}

/// Answers of so many synthetic people to a version, for benches: the same ones for the same seed.
pub fn answers(version: &Version, seed: u64, count: usize) -> Vec<Answers> {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let synthetic = Synthetic::of(version);
    (0..count)
        .map(|_| {
            let effects = Effects::draw(&mut random, 0.0, 0.5);
            synthetic.answers(&mut random, effects)
        })
        .collect()
}

fn sizes(places: &[Place]) -> Vec<usize> {
    places.iter().map(|place| place.size).collect()
}

/// Somebody at a place on a day.
struct Visit {
    day: i64,
    place: usize,
}

/// So many visits at each place, a day after the other, as answers come in: their rows and tallies then lie
/// together in the database.
fn visits(
    random: &mut ChaCha12Rng,
    sizes: &[usize],
    mut day: impl FnMut(&mut ChaCha12Rng) -> i64,
) -> Vec<Visit> {
    let mut visits = Vec::with_capacity(sizes.iter().sum());
    for (place, &size) in sizes.iter().enumerate() {
        for _ in 0..size {
            let day = day(random);
            visits.push(Visit { day, place });
        }
    }
    visits.sort_by_key(|visit| (visit.day, visit.place));
    visits
}

/// Normal effects of that variance whose weighted mean is zero, so that the country's rates stay put.
fn centred(random: &mut impl Rng, weights: &[usize], variance: f64) -> Vec<f64> {
    let draws: Vec<f64> = weights
        .iter()
        .map(|_| StandardNormal.sample(random))
        .collect::<Vec<f64>>();
    let total: f64 = weights.iter().map(|weight| to_f64(*weight)).sum();
    let mean: f64 = draws
        .iter()
        .zip(weights)
        .map(|(draw, weight)| draw * to_f64(*weight))
        .sum::<f64>()
        / total.max(1.0);
    draws.iter().map(|draw| (draw - mean) * variance.sqrt()).collect()
}

/// Days before the last one on which a desk was open: not a Saturday afternoon or Sunday, and later months
/// have more answers than early ones, as a new system has.
fn working_day(random: &mut impl Rng, until: Date) -> i64 {
    loop {
        let back: f64 = random.random::<f64>().powf(1.3) * to_f64(usize::try_from(DESK_DAYS).unwrap_or(300));
        let days = i64::try_from(floor(back)).unwrap_or(0);
        let weekday = (until - Duration::days(days)).weekday();
        if weekday != time::Weekday::Sunday && (weekday != time::Weekday::Saturday || random.random_bool(0.4))
        {
            return days;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a demo lie far below 2^52")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count, not negative"
)]
fn floor(value: f64) -> usize {
    value.floor() as usize
}
