//! A small country with desks, over a database of its own.

use std::sync::Arc;

use app::{Nonce, Site, State};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::channel::Channel;
use domain::id::{CampaignId, UnitId};
use domain::method::Selection;
use domain::questionnaire::Version;
use domain::text::Text;
use domain::unit::{Unit, UnitFact, UnitKind, UnitName};
use service::clock::Clock;
use service::languages::Languages;
use service::setup::NewPoint;
use service::{Options, Service};
use store::catalogue::{Campaign, PointState, ReleaseRule, UnitRows};
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use tower::ServiceExt as _;
use uuid::Uuid;

/// A clock that stands still.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-22 05:00 UTC)
    }
}

pub(crate) struct World {
    pub(crate) service: Service,
    router: Router,
    store: store::SharedStore,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// The same as text; empty where it is none.
    pub(crate) html: String,
}

const WARD: UnitId = UnitId(Uuid::from_u128(3));

fn unit(id: u128, kind: UnitKind, code: &str, name: (&str, &str), parent: Option<u128>) -> Unit {
    Unit {
        id: UnitId(Uuid::from_u128(id)),
        level: kind.level(),
        facts: vec![UnitFact {
            name: UnitName {
                vi: name.0.to_owned(),
                en: name.1.to_owned(),
            },
            kind,
            code: code.to_owned(),
            parent: parent.map(|parent| UnitId(Uuid::from_u128(parent))),
            valid_from: None,
            valid_to: None,
            decision: None,
        }],
        coordinates: None,
    }
}

impl World {
    /// A country with one province and one ward.
    pub(crate) async fn new() -> Self {
        let world = Self::empty().await;
        world.put_units().await;
        world
    }

    /// A database without anything in it.
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("pages.db").display());
        let store = store::connect(&url, store::Options::default())
            .await
            .expect("a database");
        store.migrate().await.expect("a schema");
        let options = Options {
            queue: 64,
            pepper: [7; 32],
            languages: Languages::default(),
        };
        let service = Service::open(Arc::clone(&store), Arc::new(Noon), options)
            .await
            .expect("a service");
        let site = Site::of(&[
            ("main.css", "main.abc.css"),
            ("citizen.js", "citizen.abc.js"),
            ("citizen.wasm", "citizen.abc.wasm"),
        ]);
        let router = app::routes(State {
            site: Arc::new(site),
            service: service.clone(),
            public_url: "https://nghedan.example.vn".into(),
            interfaces: app::i18n::Interfaces::default(),
        });
        Self {
            service,
            router,
            store,
            _folder: folder,
        }
    }

    async fn put_units(&self) {
        let units = vec![
            unit(1, UnitKind::Country, "VN", ("Việt Nam", "Viet Nam"), None),
            unit(
                2,
                UnitKind::Province,
                "82",
                ("Tỉnh Đồng Tháp", "Dong Thap Province"),
                Some(1),
            ),
            unit(
                3,
                UnitKind::Phuong,
                "29954",
                ("Phường Hồng Ngự", "Hong Ngu Ward"),
                Some(2),
            ),
        ];
        self.service
            .put_units(&UnitRows {
                units,
                successions: Vec::new(),
            })
            .await
            .expect("units");
    }

    /// A desk that asks the desk rating, in a campaign that ends on that day; its code as addresses have it.
    pub(crate) async fn desk(&self, ends_on: Option<Date>, needs_code: bool) -> String {
        let version = Version::parse(domain::official::DESK_RATING_1).expect("a version");
        let version = self.service.publish(&version).await.expect("published");
        let campaign = Campaign {
            id: CampaignId(Uuid::from_u128(9)),
            key: "desk".to_owned(),
            title: Text::new("Đánh giá tại quầy", "Desk rating"),
            agency: Text::new("Sở Nội vụ", "Department of Home Affairs"),
            hotline: "1022".to_owned(),
            motto: None,
            versions: vec![(date!(2026 - 01 - 01), version)],
            units: vec![UnitId(Uuid::from_u128(1))],
            selection: Selection::Open,
            channels: Vec::new(),
            release: ReleaseRule::Nightly,
            demo: false,
            starts_on: date!(2026 - 01 - 01),
            ends_on,
            closed_on: None,
        };
        self.service.put_campaign(&campaign).await.expect("a campaign");
        let point = NewPoint {
            campaign: campaign.id,
            unit: WARD,
            channel: Channel::PointQr,
            state: PointState::Active,
            label: "Quầy 3".to_owned(),
            hourly_limit: 60,
            needs_code,
            cluster: None,
            field: None,
        };
        let points = self.service.add_points(vec![point]).await.expect("a point");
        points[0].code.clone()
    }

    /// Codes for points that need one.
    pub(crate) async fn codes(&self, count: usize) -> Vec<String> {
        let campaign = self.service.campaign_by_key("desk").expect("the campaign");
        self.service.issue_codes(campaign.id, count).await.expect("codes")
    }

    /// How many responses are stored.
    pub(crate) async fn responses(&self) -> i64 {
        let campaign = self.service.campaign_by_key("desk").expect("the campaign");
        let counts = self.store.count_by_status(campaign.id).await.expect("counts");
        counts.into_iter().map(|(_, count)| count).sum()
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    pub(crate) async fn post(&self, path: &str, pairs: &[(String, String)]) -> Page {
        let body: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("a request");
        self.send(request).await
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Page {
        request.extensions_mut().insert(Nonce("n0nce".to_owned()));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4_000_000).await.expect("a body");
        Page {
            status: parts.status,
            headers: parts.headers,
            html: String::from_utf8(bytes.to_vec()).unwrap_or_default(),
            bytes: bytes.to_vec(),
        }
    }
}

impl Page {
    /// What a browser would post from this page with that button, having chosen this.
    pub(crate) fn filled(&self, chosen: &[(&str, &str)], go: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for tag in self
            .html
            .split('<')
            .skip(1)
            .filter(|tag| tag.starts_with("input"))
        {
            let attribute = |name: &str| {
                let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
                Some(
                    value
                        .replace("&quot;", "\"")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&"),
                )
            };
            if tag.contains("\"hidden\"") || tag.contains(" checked") {
                pairs.push((
                    attribute("name").expect("a name"),
                    attribute("value").unwrap_or_default(),
                ));
            }
        }
        pairs.extend(
            chosen
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        pairs.push(("_go".to_owned(), go.to_owned()));
        pairs
    }
}

fn encoded(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}
