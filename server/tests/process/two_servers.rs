//! Two servers on one PostgreSQL count into the same day while a reviewer takes responses out and puts them back.

use domain::status::{Reason, Status};
use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;
use time::OffsetDateTime;
use tokio::runtime::Runtime;

use crate::support::load::Load;
use crate::support::place::Place;
use crate::support::seed;
use crate::support::survey::Survey;

const CLIENTS: usize = 6;
const RESPONSES: usize = 3_000;
const MANY_RESPONSES: usize = 10_000;
const REVIEWS: usize = 300;

#[test]
fn two_servers_and_a_reviewer_agree_to_the_last_count() {
    agree_on(RESPONSES);
}

#[test]
#[ignore = "takes a minute"]
fn two_servers_and_a_reviewer_agree_on_ten_thousand() {
    agree_on(MANY_RESPONSES);
}

fn agree_on(responses: usize) {
    let Some(place) = Place::postgres() else { return };
    let mut random = seed::draw("two servers");
    let survey = Survey::prepare(&place);
    let (first, second) = (place.start(), place.start());
    let load = Load::start(&[&first.address, &second.address], CLIENTS, &survey, &mut random);
    let review = Runtime::new()
        .unwrap()
        .block_on(review(&place, &load, &mut random));
    load.wait_begun(responses);
    let sent = load.stop();
    first.stop();
    second.stop();
    assert!(sent.iter().all(|sent| sent.status == Some(201)));

    let counts = Runtime::new().unwrap().block_on(async {
        let store = place.store().await;
        let counts = store
            .count_by_status(survey.campaign.parse().unwrap())
            .await
            .unwrap();
        store.close().await;
        counts
    });
    let of = |status| {
        let found = counts.iter().find(|(known, _)| *known == status);
        found.map_or(0, |(_, number)| usize::try_from(*number).unwrap())
    };
    assert_eq!(of(Status::Excluded), review.excluded);
    assert_eq!(of(Status::Counted), sent.len() - review.excluded);
    assert!(review.restored > 0 && review.excluded > 0);
    let said = place.done(&["recount", "--check"]);
    assert!(said.contains("every tally agrees"), "{said}");
}

struct Review {
    /// Still out at the end.
    excluded: usize,
    restored: usize,
}

/// Excludes responses that were just recorded and restores every other one, while more keep arriving.
async fn review(place: &Place, load: &Load, random: &mut ChaCha12Rng) -> Review {
    let store = place.store().await;
    let mut review = Review {
        excluded: 0,
        restored: 0,
    };
    let mut seen = 0;
    for number in 0..REVIEWS {
        // One of those that arrived since the last look, so that none is taken twice.
        let fresh = load.recorded_beyond(seen);
        seen += fresh.len();
        let letter = &fresh[random.random_range(0..fresh.len())];
        let (on, out) = ((Status::Counted, None), (Status::Excluded, Some(Reason::Review)));
        let set = async |former, new| {
            let at = OffsetDateTime::UNIX_EPOCH;
            store.set_status(letter.id, former, new, at).await.unwrap()
        };
        assert!(set(on, out).await, "it was counted");
        if number % 2 == 0 {
            assert!(set(out, on).await);
            review.restored += 1;
        } else {
            review.excluded += 1;
        }
    }
    store.close().await;
    review
}
