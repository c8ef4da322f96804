//! A campaign with one point, made by the command line, and what people answer there.

use domain::canonical;
use domain::id::ResponseId;
use domain::questionnaire::Version;
use rand::Rng;
use serde_json::{Value, json};
use store::responses::After;
use time::macros::date;
use tokio::runtime::Runtime;

use super::place::Place;

const QUESTIONNAIRE: &str = include_str!("../../../../data/questionnaires/desk-rating-1.json");
const DAY: time::Date = date!(2026 - 11 - 20);

/// A desk rating asked at one point, and the device that stands there.
#[derive(Clone)]
pub(crate) struct Survey {
    pub(crate) campaign: String,
    pub(crate) point: String,
    hash: String,
}

/// A response that a client sends, perhaps more than once.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) id: ResponseId,
    pub(crate) body: String,
}

impl Letter {
    pub(crate) fn path(&self) -> String {
        format!("/api/v1/responses/{}", self.id)
    }
}

/// The arguments that make an open-ended campaign.
pub(crate) fn campaign<'a>(key: &'a str, version: &'a str, selection: &'a str) -> [&'a str; 19] {
    [
        "campaign",
        "add",
        key,
        "--title-vi",
        "Đánh giá",
        "--title-en",
        "Rating",
        "--agency-vi",
        "Sở Nội vụ",
        "--agency-en",
        "Home Affairs",
        "--questionnaire",
        version,
        "--unit",
        "82",
        "--selection",
        selection,
        "--starts-on",
        "2026-01-01",
    ]
}

impl Survey {
    /// Migrates the database and makes campaign `desk-2026` with a point in Phường Hồng Ngự.
    pub(crate) fn prepare(place: &Place) -> Self {
        place.done(&["migrate"]);
        Self::add(place, "desk-2026")
    }

    /// Makes one more campaign with a point.
    pub(crate) fn add(place: &Place, key: &str) -> Self {
        let version = Version::parse(QUESTIONNAIRE).unwrap();
        Self {
            campaign: Self::add_campaign(place, key),
            point: Self::add_point(place, key),
            hash: canonical::hex(&version.hash()),
        }
    }

    /// The same asked at another point.
    pub(crate) fn at(self, point: &str) -> Self {
        Self {
            point: point.to_owned(),
            ..self
        }
    }

    /// Makes an open-ended desk rating and returns its id.
    pub(crate) fn add_campaign(place: &Place, key: &str) -> String {
        let printed = place.done(&campaign(key, "desk-rating/1", "open"));
        printed.trim().to_owned()
    }

    /// Makes a point that takes far more answers an hour than any test sends, and returns its code.
    fn add_point(place: &Place, campaign: &str) -> String {
        let printed = place.done(&[
            "point",
            "add",
            "--campaign",
            campaign,
            "--unit",
            "29954",
            "--label",
            "Quầy 1",
            "--hourly-limit",
            "100000000",
        ]);
        printed.split('\t').next().unwrap().to_owned()
    }

    /// The id of every response that the database holds, as often as it is there.
    pub(crate) fn stored(&self, place: &Place) -> Vec<ResponseId> {
        let campaign = self.campaign.parse().unwrap();
        Runtime::new().unwrap().block_on(async {
            let store = place.store().await;
            let mut ids = Vec::new();
            let mut after = After::default();
            loop {
                let (page, next) = store.scan(campaign, after, 10_000).await.unwrap();
                if page.is_empty() {
                    break;
                }
                ids.extend(page.iter().map(|stored| stored.id));
                after = next;
            }
            store.close().await;
            ids
        })
    }

    pub(crate) fn document(&self, random: &mut impl Rng) -> Value {
        let mut nonce = [0; 16];
        random.fill_bytes(&mut nonce);
        let is_result = random.next_u32().is_multiple_of(2);
        let mut level = || 1 + random.next_u32() % 5;
        // Both kinds of visit together rate every factor, so that several servers write the moments of all of them.
        let mut aspects = json!({"access": level(), "procedures": level(), "officials": level()});
        let purpose = if is_result {
            aspects["result"] = json!(level());
            aspects["punctuality"] = json!(level());
            "receive_result"
        } else {
            aspects["feedback"] = json!(level());
            "give_feedback"
        };
        json!({
            "point": self.point,
            "questionnaire": {"key": "desk-rating", "version": "1", "hash": self.hash},
            "campaign": self.campaign,
            "nonce": canonical::hex(&nonce),
            "language": "vi", "mode": "self_screen", "answered_on": "2026-11-20", "duration_s": 5,
            "respondent": {"purpose": purpose},
            "answers": {"overall": level(), "aspects": aspects},
        })
    }

    /// One more person's answer.
    pub(crate) fn letter(&self, random: &mut impl Rng) -> Letter {
        let mut bytes = [0; 10];
        random.fill_bytes(&mut bytes);
        Letter {
            id: ResponseId::new(DAY, bytes),
            body: self.document(random).to_string(),
        }
    }
}
