//! A server with a small country: one province, two wards, a desk rating that is asked at points of both.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::canonical;
use domain::channel::Channel;
use domain::id::{CampaignId, ResponseId, UnitId};
use domain::method::Selection;
use domain::questionnaire::Version;
use domain::status::{Reason, Status};
use domain::text::Text;
use domain::unit::{Unit, UnitFact, UnitKind, UnitLevel, UnitName};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use server::api::ApiState;
use server::languages::Loaded;
use server::master_key::MasterKey;
use server::middleware::headers::Policy;
use server::router::{self, Parts};
use server::sealed::Keyring;
use service::clock::Clock;
use service::setup::NewPoint;
use service::{Options, Service};
use store::SharedStore;
use store::catalogue::{Campaign, DeviceState, Point, PointState, ReleaseRule, UnitRows};
use store::responses::StoredResponse;
use tempfile::TempDir;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) const QUESTIONNAIRE: &str = include_str!("../../../data/questionnaires/desk-rating-1.json");

pub(crate) const COUNTRY: UnitId = UnitId(Uuid::from_u128(0x1001));
pub(crate) const PROVINCE: UnitId = UnitId(Uuid::from_u128(0x1002));
pub(crate) const WARD: UnitId = UnitId(Uuid::from_u128(0x1003));
pub(crate) const OTHER_WARD: UnitId = UnitId(Uuid::from_u128(0x1004));
const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(0x2001));

/// A clock that tests move: 22 November 2026, nine in the morning in Việt Nam.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.whole_seconds(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

pub(crate) struct World {
    pub(crate) router: Router,
    /// What jobs work on.
    pub(crate) api: ApiState,
    pub(crate) service: Service,
    pub(crate) store: SharedStore,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) point: Point,
    version: Version,
    pub(crate) folder: TempDir,
}

/// A reply, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(64, Policy::new(false, &[])).await
    }

    pub(crate) async fn with(queue: usize, policy: Policy) -> Self {
        Self::make(queue, policy, Loaded::default()).await
    }

    /// With language packs.
    pub(crate) async fn speaking(packs: Loaded) -> Self {
        Self::make(64, Policy::new(false, &[]), packs).await
    }

    async fn make(queue: usize, policy: Policy, packs: Loaded) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = store::connect(&url, store::Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(
            datetime!(2026-11-22 02:00 UTC).unix_timestamp(),
        )));
        let master = MasterKey::new([9; 32]);
        let options = Options {
            queue,
            pepper: master.pepper(),
            languages: packs.languages.clone(),
        };
        let service = Service::open(Arc::clone(&store), Arc::<TestClock>::clone(&clock), options)
            .await
            .unwrap();
        let version = Version::parse(QUESTIONNAIRE).unwrap();
        service
            .put_units(&UnitRows {
                units: units(),
                successions: Vec::new(),
            })
            .await
            .unwrap();
        let version_id = service.publish(&version).await.unwrap();
        let campaign = Campaign {
            id: CAMPAIGN,
            key: "desk-2026".to_owned(),
            title: Text::new("Đánh giá tại quầy 2026", "Desk rating 2026"),
            agency: Text::new("Sở Nội vụ", "Department of Home Affairs"),
            hotline: "1022".to_owned(),
            motto: None,
            versions: vec![(date!(2026 - 01 - 01), version_id)],
            units: vec![COUNTRY],
            selection: Selection::Open,
            channels: Vec::new(),
            release: ReleaseRule::Nightly,
            demo: false,
            starts_on: date!(2026 - 01 - 01),
            ends_on: None,
            closed_on: None,
        };
        service.put_campaign(&campaign).await.unwrap();
        let site = folder.path().join("site");
        build_site(&site);
        let keyring = Keyring::load(&service, master, clock.now()).await.unwrap();
        let api = ApiState::new(service.clone(), keyring, Arc::<TestClock>::clone(&clock));
        let router = router::build(Parts {
            api: api.clone(),
            pages: server::pages::routes(
                &site,
                &service,
                &"https://nghedan.example.vn".parse().unwrap(),
                packs.interfaces,
            )
            .unwrap(),
            files: server::assets::routes(&site).unwrap().merge(packs.routes()),
            policy,
        });
        let point = add_point(
            &service,
            NewPoint {
                hourly_limit: 1000,
                ..new_point(WARD)
            },
        )
        .await;
        Self {
            router,
            api,
            service,
            store,
            clock,
            point,
            version,
            folder,
        }
    }

    pub(crate) async fn add_point(&self, point: NewPoint) -> Point {
        add_point(&self.service, point).await
    }

    /// A point that takes one answer an hour.
    pub(crate) async fn narrow_point(&self) -> Point {
        self.add_point(NewPoint {
            hourly_limit: 1,
            ..new_point(WARD)
        })
        .await
    }

    /// A point at which an answer needs a one-time code.
    pub(crate) async fn coded_point(&self) -> Point {
        self.add_point(NewPoint {
            needs_code: true,
            ..new_point(WARD)
        })
        .await
    }

    /// A device in service at a point; its token.
    pub(crate) async fn device(&self, point: &Point) -> String {
        let code = self
            .service
            .invite_device(&point.code, "Máy ở quầy 3", Some("246810"))
            .await
            .unwrap()
            .code;
        let token = canonical::hex(&service::clock::random::<32>());
        let enrolled = self.service.redeem(&code, &token).await.unwrap();
        self.service
            .set_device(enrolled.device.id, DeviceState::InService)
            .await
            .unwrap();
        token
    }

    /// A response to the world's point that nothing is wrong with; each call has its own nonce.
    pub(crate) fn document(&self) -> Value {
        self.document_at(&self.point)
    }

    pub(crate) fn document_at(&self, point: &Point) -> Value {
        json!({
            "point": point.code,
            "questionnaire": self.version.reference(),
            "campaign": CAMPAIGN,
            "nonce": canonical::hex(&service::clock::random::<16>()),
            "language": "vi",
            "mode": "self_screen",
            "answered_on": "2026-11-22",
            "duration_s": 42,
            "sent_at": "2026-11-22T02:00:00Z",
            "respondent": {"purpose": "ask", "respondent_type": "person"},
            "answers": {"overall": 5, "aspects": {"access": 5, "procedures": 4, "officials": "no_opinion"}},
        })
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The text of a page, at its own address when it is asked for under another one.
    pub(crate) async fn page(&self, path: &str) -> String {
        let mut reply = self.get(path).await;
        if reply.status.is_redirection() {
            reply = self.get(reply.header(header::LOCATION)).await;
        }
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        String::from_utf8(reply.body).unwrap()
    }

    /// A response that is there.
    pub(crate) async fn stored(&self, id: ResponseId) -> StoredResponse {
        self.store.response(id).await.unwrap().unwrap()
    }

    /// Whether a response that is there counts, and why it does not.
    pub(crate) async fn standing(&self, id: ResponseId) -> (Status, Option<Reason>) {
        let stored = self.stored(id).await;
        (stored.status, stored.reason)
    }

    pub(crate) async fn put(&self, id: ResponseId, document: &Value) -> Reply {
        self.send(put(id, document, None)).await
    }

    pub(crate) async fn put_as(&self, token: &str, id: ResponseId, document: &Value) -> Reply {
        self.send(put(id, document, Some(token))).await
    }
}

/// An id as devices make it.
pub(crate) fn new_id() -> ResponseId {
    ResponseId::new(date!(2026 - 11 - 22), service::clock::random())
}

pub(crate) fn new_point(unit: UnitId) -> NewPoint {
    NewPoint {
        campaign: CAMPAIGN,
        unit,
        channel: Channel::PointQr,
        state: PointState::Active,
        label: "Quầy 3".to_owned(),
        hourly_limit: 60,
        needs_code: false,
        cluster: None,
        field: None,
    }
}

pub(crate) fn put(id: ResponseId, document: &Value, token: Option<&str>) -> Request<Body> {
    let mut request = Request::builder()
        .method(Method::PUT)
        .uri(format!("/api/v1/responses/{id}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from(document.to_string())).unwrap()
}

async fn add_point(service: &Service, point: NewPoint) -> Point {
    service.add_points(vec![point]).await.unwrap().remove(0)
}

/// What `cargo xtask site` leaves behind, in small.
fn build_site(site: &Path) {
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    let files = [
        ("manifest.json", r#"{"main.css":"main.0123456789ab.css"}"#),
        (
            "pkg/main.0123456789ab.css",
            "body { color: black; background: white }",
        ),
        ("pkg/main.0123456789ab.css.br", "as brotli"),
        ("pkg/main.0123456789ab.css.gz", "as gzip"),
        ("favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ];
    for (name, content) in files {
        std::fs::write(site.join(name), content).unwrap();
    }
}

fn units() -> Vec<Unit> {
    let unit = |id, level, kind, code: &str, parent, vi: &str, en: &str| Unit {
        id,
        level,
        facts: vec![UnitFact {
            name: UnitName {
                vi: vi.to_owned(),
                en: en.to_owned(),
            },
            kind,
            code: code.to_owned(),
            parent,
            valid_from: Some(date!(2025 - 07 - 01)),
            valid_to: None,
            decision: None,
        }],
        coordinates: None,
    };
    vec![
        unit(
            COUNTRY,
            UnitLevel::Country,
            UnitKind::Country,
            "VN",
            None,
            "Việt Nam",
            "Viet Nam",
        ),
        unit(
            PROVINCE,
            UnitLevel::Province,
            UnitKind::Province,
            "82",
            Some(COUNTRY),
            "Tỉnh Đồng Tháp",
            "Dong Thap Province",
        ),
        unit(
            WARD,
            UnitLevel::Commune,
            UnitKind::Phuong,
            "29954",
            Some(PROVINCE),
            "Phường Hồng Ngự",
            "Hong Ngu Ward",
        ),
        unit(
            OTHER_WARD,
            UnitLevel::Commune,
            UnitKind::Phuong,
            "29955",
            Some(PROVINCE),
            "Phường Sa Đéc",
            "Sa Dec Ward",
        ),
    ]
}
