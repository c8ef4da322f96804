//! A server that is asked to stop while people answer: what it acknowledged is stored once, and it ends well.

use std::collections::BTreeSet;

use domain::id::ResponseId;

use crate::support::load::Load;
use crate::support::place::Place;
use crate::support::seed;
use crate::support::survey::Survey;

const STOPS: usize = 3;
const CLIENTS: usize = 8;
/// So many letters are begun before each stop.
const BEFORE: usize = 150;

#[test]
fn a_stop_under_load_on_sqlite_loses_and_doubles_nothing() {
    stop_under_load(&Place::sqlite());
}

#[test]
fn a_stop_under_load_on_postgresql_loses_and_doubles_nothing() {
    if let Some(place) = Place::postgres() {
        stop_under_load(&place);
    }
}

fn stop_under_load(place: &Place) {
    let mut random = seed::draw("stop");
    let survey = Survey::prepare(place);
    let (mut acknowledged, mut unanswered) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..STOPS {
        let server = place.start();
        let load = Load::start(&[&server.address], CLIENTS, &survey, &mut random);
        load.wait_begun(BEFORE);
        // It fails where the program does not end with code 0.
        let log = server.stop();
        assert!(log.contains("every accepted response is on disk"), "{log}");
        for sent in load.join() {
            match sent.status {
                Some(201) => acknowledged.insert(sent.letter.id),
                None => unanswered.insert(sent.letter.id),
                Some(other) => panic!("{} was answered {other}", sent.letter.id),
            };
        }
    }
    assert!(
        acknowledged.len() >= STOPS * (BEFORE - CLIENTS),
        "{}",
        acknowledged.len()
    );
    let found = survey.stored(place);
    let distinct: BTreeSet<ResponseId> = found.iter().copied().collect();
    assert_eq!(found.len(), distinct.len(), "some response is there twice");
    let lost = acknowledged.difference(&distinct).count();
    assert_eq!(lost, 0, "acknowledged and lost");
    // Of a letter that came when the door was closing nobody was told anything.
    assert!(
        distinct
            .difference(&acknowledged)
            .all(|id| unanswered.contains(id)),
        "a response from nowhere"
    );
    assert!(place.done(&["recount", "--check"]).contains("every tally agrees"));
}
