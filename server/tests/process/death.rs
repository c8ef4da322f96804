//! A server that is killed where it stands: nothing it acknowledged is lost, nothing is there twice.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::id::ResponseId;
use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;

use crate::support::client::Client;
use crate::support::load::{Load, Sent};
use crate::support::place::Place;
use crate::support::seed;
use crate::support::survey::Survey;

const KILLS: usize = 20;
const MANY_KILLS: usize = 100;
const CLIENTS: usize = 8;

#[test]
fn a_killed_server_on_sqlite_loses_and_doubles_nothing() {
    kill_often(&Place::sqlite(), KILLS);
}

#[test]
fn a_killed_server_on_postgresql_loses_and_doubles_nothing() {
    if let Some(place) = Place::postgres() {
        kill_often(&place, KILLS);
    }
}

#[test]
#[ignore = "takes minutes"]
fn a_server_killed_a_hundred_times_on_sqlite_loses_and_doubles_nothing() {
    kill_often(&Place::sqlite(), MANY_KILLS);
}

#[test]
#[ignore = "takes minutes"]
fn a_server_killed_a_hundred_times_on_postgresql_loses_and_doubles_nothing() {
    if let Some(place) = Place::postgres() {
        kill_often(&place, MANY_KILLS);
    }
}

fn kill_often(place: &Place, kills: usize) {
    let mut random = seed::draw("death");
    let survey = Survey::prepare(place);
    let mut stored = BTreeSet::new();
    let mut cut_off = 0;
    let mut sent = Vec::new();
    for _ in 0..kills {
        let server = place.start();
        stored.extend(send_again(&mut server.client(), &sent));
        let load = Load::start(&[&server.address], CLIENTS, &survey, &mut random);
        wait_for_a_moment(&load, &mut random);
        server.kill();
        sent = load.join();
        cut_off += sent.iter().filter(|sent| sent.status.is_none()).count();
    }
    let server = place.start();
    stored.extend(send_again(&mut server.client(), &sent));
    server.stop();
    assert!(cut_off > kills, "the kills came under load: {cut_off} cut off");

    let found = survey.stored(place);
    let distinct: BTreeSet<ResponseId> = found.iter().copied().collect();
    assert_eq!(found.len(), distinct.len(), "some response is there twice");
    assert!(
        distinct == stored,
        "{} lost, {} from nowhere",
        stored.difference(&distinct).count(),
        distinct.difference(&stored).count()
    );
    place.done(&["recount", "--check"]);
}

/// Any moment: after some number of letters, and then somewhere between one packet and the next commit.
fn wait_for_a_moment(load: &Load, random: &mut ChaCha12Rng) {
    load.wait_begun(random.random_range(CLIENTS..400));
    // Not a wait for something: the moment itself is drawn.
    std::thread::sleep(Duration::from_micros(random.random_range(0..5_000)));
}

/// Sends everything once more, as clients do that never saw a reply; returns the ids, all of which are now stored.
fn send_again(client: &mut Client<std::net::TcpStream>, sent: &[Sent]) -> Vec<ResponseId> {
    sent.iter()
        .map(|Sent { letter, status }| {
            let again = client.put(&letter.path(), &letter.body).unwrap();
            match status {
                Some(201) => assert_eq!(again.status, 200, "acknowledged and lost: {}", again.body),
                Some(other) => panic!("{} was answered {other}", letter.id),
                None => assert!(matches!(again.status, 200 | 201), "{}", again.body),
            }
            letter.id
        })
        .collect()
}
