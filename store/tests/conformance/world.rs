//! A fresh database with a campaign, a version, a unit and a point.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::answer::Answers;
use domain::canonical::sha256;
use domain::channel::{Channel, ChannelClass, Mode};
use domain::id::{CampaignId, PointId, ResponseId, UnitId};
use domain::method::Selection;
use domain::questionnaire::Version;
use domain::status::Status;
use domain::tally::{Rated, Tally};
use domain::text::{Language, Text};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use store::catalogue::{Campaign, Point, PointState, ReleaseRule, VersionId};
use store::intake::NewResponse;
use store::{Options, SharedStore};
use time::Date;
use time::macros::{date, datetime};
use uuid::Uuid;

use crate::fixture;

/// The day on which answers are given unless a test says otherwise.
pub(crate) const DAY: Date = date!(2026 - 11 - 20);

const OPTIONS: Options = Options {
    allow_unsafe: true,
    connections: 6,
};

/// Does something over a connection of a test's own, `&mut connection`, behind the program's back. The two databases have
/// connections of different types, so the text is compiled once for each.
macro_rules! past_the_store {
    ($world:expr, |$connection:ident| $act:block) => {{
        use sqlx::Connection as _;
        let world: &$crate::world::World = $world;
        if world.is_postgres() {
            let $connection = &mut sqlx::PgConnection::connect(&world.url).await.unwrap();
            $act
        } else {
            let $connection = &mut sqlx::SqliteConnection::connect(&world.url).await.unwrap();
            $act
        }
    }};
}
pub(crate) use past_the_store;

/// A database with its store.
pub(crate) struct World {
    pub(crate) store: SharedStore,
    /// Opens the same database once more, like another server.
    pub(crate) url: String,
    pub(crate) version: Arc<Version>,
    pub(crate) version_id: VersionId,
    schema: Option<String>,
    /// Kept so that the file lives as long as the test.
    _folder: Option<tempfile::TempDir>,
}

pub(crate) fn uuid(number: u128) -> Uuid {
    uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
}

pub(crate) const fn campaign_id() -> CampaignId {
    CampaignId(Uuid::from_u128(0xca))
}

pub(crate) const fn unit_id() -> UnitId {
    UnitId(Uuid::from_u128(0x0101))
}

pub(crate) const fn point_id() -> PointId {
    PointId(Uuid::from_u128(0x0909))
}

fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Where the PostgreSQL half runs, if anywhere.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is configured by its environment"
)]
pub(crate) fn postgres_url() -> Option<String> {
    let url = std::env::var("NGHE_DAN_TEST_POSTGRES_URL").ok();
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(
        url.is_some() || !ci,
        "NGHE_DAN_TEST_POSTGRES_URL must be set in CI"
    );
    url
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::fill(url, None, Some(folder)).await
    }

    #[expect(clippy::print_stderr, reason = "a skipped half says so")]
    pub(crate) async fn postgres() -> Option<Self> {
        let Some(base) = postgres_url() else {
            eprintln!("skipped: NGHE_DAN_TEST_POSTGRES_URL is not set");
            return None;
        };
        let schema = unique();
        let mut connection = sqlx::PgConnection::connect(&base)
            .await
            .expect("PostgreSQL answers");
        let create = sqlx::AssertSqlSafe(format!("create schema {schema}"));
        connection.execute(sqlx::raw_sql(create)).await.expect("a schema");
        let separator = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{separator}options=-csearch_path%3D{schema}");
        Some(Self::fill(url, Some(schema), None).await)
    }

    async fn fill(url: String, schema: Option<String>, folder: Option<tempfile::TempDir>) -> Self {
        let store = store::connect(&url, OPTIONS).await.expect("the database opens");
        store.migrate().await.expect("the migrations run");
        let version = Arc::new(fixture::small_version());
        let version_id = store.put_version(&version).await.expect("the version is stored");
        let world = Self {
            store,
            url,
            version,
            version_id,
            schema,
            _folder: folder,
        };
        world
            .store
            .put_campaign(&world.campaign())
            .await
            .expect("the campaign is stored");
        world
            .store
            .put_points(&[point()])
            .await
            .expect("the point is stored");
        world
    }

    /// Another server on the same database.
    pub(crate) async fn another(&self) -> SharedStore {
        store::connect(&self.url, OPTIONS)
            .await
            .expect("the database opens")
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.schema.is_some()
    }

    pub(crate) async fn drop_schema(self) {
        self.store.close().await;
        let (Some(base), Some(schema)) = (postgres_url(), self.schema) else {
            return;
        };
        let mut connection = sqlx::PgConnection::connect(&base)
            .await
            .expect("PostgreSQL answers");
        let drop = sqlx::AssertSqlSafe(format!("drop schema {schema} cascade"));
        connection
            .execute(sqlx::raw_sql(drop))
            .await
            .expect("the schema goes");
    }

    pub(crate) fn campaign(&self) -> Campaign {
        Campaign {
            id: campaign_id(),
            key: "desk-2026".to_owned(),
            title: Text::new("Đánh giá tại quầy", "Desk rating"),
            agency: Text::new("Sở Nội vụ", "Department of Home Affairs"),
            hotline: "1022".to_owned(),
            motto: Some(Text::new("Nghe dân để hành động", "Listen to act")),
            versions: vec![(date!(2026 - 01 - 01), self.version_id)],
            units: vec![unit_id()],
            selection: Selection::Open,
            channels: Vec::new(),
            release: ReleaseRule::Nightly,
            demo: false,
            starts_on: date!(2026 - 01 - 01),
            ends_on: None,
            closed_on: None,
        }
    }

    /// Answers with these scores; the second is about the deciding unit's work only when `received`.
    pub(crate) fn answers(&self, seats: u8, polite: u8) -> Answers {
        fixture::answers_of(
            &self.version,
            &json!({
                "purpose": "receive",
                "rate": {"seats": seats, "polite": polite, "on_time": 4},
                "remark": "Cảm ơn",
            }),
        )
    }

    /// A counted response; `number` makes id and content.
    pub(crate) fn response(&self, number: u128) -> NewResponse {
        let score = u8::try_from(number % 5).expect("a small number") + 1;
        NewResponse {
            id: ResponseId::new(DAY, id_bytes(number)),
            digest: sha256(&number.to_be_bytes()),
            point: point_id(),
            campaign: campaign_id(),
            version_id: self.version_id,
            version: Arc::clone(&self.version),
            answers: self.answers(score, 5),
            rated: Rated {
                served_at: unit_id(),
                handled_by: None,
            },
            channel: Channel::PointQr,
            mode: Mode::SelfScreen,
            language: Language::vi(),
            answered_on: DAY,
            duration_s: 61,
            arrived_at: datetime!(2026-11-20 03:04:05 UTC),
            clock_offset_s: Some(-3),
            cluster: None,
            case: None,
            status: Status::Counted,
            reason: None,
            code: None,
            receipt: None,
            device: None,
        }
    }

    /// The tally of the unit, day and class to which [`World::response`] belongs.
    pub(crate) async fn tally(&self, unit: UnitId) -> Tally {
        let days = self
            .store
            .days(campaign_id(), unit, DAY, DAY)
            .await
            .expect("day tallies");
        let online = days.iter().find(|day| day.key.channel == ChannelClass::Online);
        online.map_or_else(
            || Tally::empty(self.version.layout()),
            |day| Tally::unpack(self.version.layout(), &day.counts).expect("counts of the layout"),
        )
    }
}

/// Bytes that look random and differ for each number.
fn id_bytes(number: u128) -> [u8; 10] {
    let hash = sha256(&number.to_le_bytes());
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&hash[..10]);
    bytes
}

pub(crate) fn point() -> Point {
    Point {
        id: point_id(),
        code: "2345679A".to_owned(),
        campaign: campaign_id(),
        unit: unit_id(),
        channel: Channel::PointQr,
        state: PointState::Active,
        label: "Quầy 3".to_owned(),
        hourly_limit: 60,
        needs_code: false,
        cluster: None,
        field: None,
    }
}
