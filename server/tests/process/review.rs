//! What whoever runs the survey does on the command line: refused designs, review of what is held, retention.

use domain::status::Status;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tokio::runtime::Runtime;

use crate::support::place::Place;
use crate::support::survey::{Letter, Survey, campaign};

fn number_of(place: &Place, survey: &Survey, status: Status) -> i64 {
    let campaign = survey.campaign.parse().unwrap();
    let counts = Runtime::new().unwrap().block_on(async {
        let store = place.store().await;
        let counts = store.count_by_status(campaign).await.unwrap();
        store.close().await;
        counts
    });
    let of_status = counts.into_iter().find(|(known, _)| *known == status);
    of_status.map_or(0, |(_, number)| number)
}

/// A survey whose wall code takes three answers an hour, and what five people sent there.
fn burst(place: &Place) -> (Survey, Vec<Letter>) {
    let known = Survey::prepare(place);
    let add = [
        "point",
        "add",
        "--campaign",
        "desk-2026",
        "--unit",
        "29954",
        "--hourly-limit",
        "3",
    ];
    let survey = known.at(place.done(&add).split('\t').next().unwrap());
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let letters: Vec<Letter> = (0..5).map(|_| survey.letter(&mut random)).collect();
    let server = place.start();
    let mut client = server.client();
    for letter in &letters {
        assert_eq!(client.put(&letter.path(), &letter.body).unwrap().status, 201);
    }
    server.stop();
    (survey, letters)
}

#[test]
fn a_burst_is_looked_at_counted_excluded_and_counted_again() {
    let place = Place::sqlite();
    let (survey, _) = burst(&place);
    let held = || {
        let printed = place.done(&["campaign", "held", "desk-2026"]);
        let mut lines = printed.lines();
        assert_eq!(lines.next(), Some("point\tunit\tlabel\tday\twhich\tresponses"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let points = place.done(&["point", "list", "29954"]);
    let unit = points.split('\t').nth(2).unwrap();
    let line = |which: &str, number: u8| format!("{}\t{unit}\t\t2026-11-20\t{which}\t{number}", survey.point);
    let decide = |verb: &'static str, which: &'static str, why: &'static str| {
        [
            "campaign",
            verb,
            "desk-2026",
            "--point",
            survey.point.as_str(),
            "--day",
            "2026-11-20",
            "--which",
            which,
            "--reason",
            why,
        ]
    };
    let agrees = || assert!(place.done(&["recount", "--check"]).contains("every tally agrees"));
    assert_eq!(held(), [line("held/burst", 2)]);
    assert_eq!(number_of(&place, &survey, Status::Counted), 3);
    let without_reason = &decide("count", "held/burst", "")[..9];
    assert!(place.refused(without_reason).contains("--reason"));
    assert!(
        place
            .refused(&decide("count", "held/burst", " "))
            .contains("reason: The field is missing.")
    );
    assert!(
        place
            .refused(&decide("count", "held/clock", "None of these"))
            .contains("no such responses")
    );
    assert_eq!(held(), [line("held/burst", 2)], "nothing was decided yet");

    let count = decide("count", "held/burst", "A class of forty came with its teacher.");
    assert_eq!(place.done(&count), "2 responses are counted now\n");
    assert!(held().is_empty());
    assert_eq!(number_of(&place, &survey, Status::Counted), 5);
    agrees();
    let exclude = decide(
        "exclude",
        "counted",
        "The office rang: a cousin answered for all.",
    );
    assert_eq!(place.done(&exclude), "5 responses are excluded/review now\n");
    assert_eq!(held(), [line("excluded/review", 5)]);
    agrees();
    let back = decide("count", "excluded/review", "The office was wrong.");
    assert_eq!(place.done(&back), "5 responses are counted now\n");
    assert_eq!(number_of(&place, &survey, Status::Counted), 5);
    agrees();

    let reviews = place.done(&["campaign", "reviews", "desk-2026"]);
    let reasons: Vec<&str> = reviews
        .lines()
        .skip(1)
        .map(|line| line.rsplit('\t').next().unwrap())
        .collect();
    assert_eq!(reasons, [count[10], exclude[10], back[10]]);
}

#[test]
fn single_responses_leave_with_a_reason_that_is_kept() {
    let place = Place::sqlite();
    burst(&place);
    let reviews = || place.done(&["campaign", "reviews", "desk-2026"]);
    let nothing = reviews();
    let export = |reason| ["export", "desk-2026", "--format", "jsonl", "--reason", reason];
    assert!(place.refused(&export("")[..4]).contains("--reason"));
    assert!(
        place
            .refused(&export(" "))
            .contains("reason: The field is missing.")
    );
    assert_eq!(reviews(), nothing, "nothing left");
    assert_eq!(place.done(&export("For the yearly report.")).lines().count(), 5);
    // Two arrived after the start, and one on a day whose times are erased.
    let arrivals = "update response set arrived_at = 4102444800 where id in (select id from response order by id limit 2)";
    place.tamper(arrivals);
    place.tamper("update response set arrived_at = null where id in (select max(id) from response)");
    assert_eq!(place.done(&export("Once more.")).lines().count(), 3);
    let kept = reviews();
    let mut left: Vec<&str> = kept
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').unwrap().1)
        .collect();
    // Both were in the same second, perhaps.
    left.sort_unstable();
    assert_eq!(
        left,
        [
            "-\t-\t-\texported\t3\tOnce more.",
            "-\t-\t-\texported\t5\tFor the yearly report."
        ]
    );
}

#[test]
fn retention_leaves_the_figures_and_a_known_repeat() {
    let place = Place::sqlite();
    let (survey, letters) = burst(&place);
    assert!(
        place
            .refused(&["campaign", "retain", "desk-2026", "--before", "2999-01-01"])
            .contains("cannot be removed")
    );
    let none = place.done(&["campaign", "retain", "desk-2026", "--before", "2026-11-20"]);
    assert!(none.starts_with("0 responses"), "{none}");
    let all = place.done(&["campaign", "retain", "desk-2026", "--before", "2026-11-21"]);
    assert!(all.starts_with("5 responses"), "{all}");
    assert_eq!(number_of(&place, &survey, Status::Counted), 3);
    assert!(place.done(&["recount", "--check"]).contains("every tally agrees"));
    let server = place.start();
    let again = server.client().put(&letters[0].path(), &letters[0].body).unwrap();
    assert_eq!(again.status, 200, "{}", again.body);
    server.stop();
    let count = [
        "campaign",
        "count",
        "desk-2026",
        "--point",
        survey.point.as_str(),
        "--day",
        "2026-11-20",
        "--which",
        "held/burst",
        "--reason",
        "Too late to look.",
    ];
    assert!(place.refused(&count).contains("retention"));
}

#[test]
fn an_index_of_a_sample_is_not_asked_of_whoever_comes_by() {
    let place = Place::sqlite();
    place.done(&["migrate"]);
    let campaign = |selection| campaign("sipas-2026", "sipas/2023", selection);
    let said = place.refused(&campaign("open"));
    assert!(
        said.contains("sipas-1001") && said.contains("`probability`"),
        "{said}"
    );
    assert_eq!(place.done(&["campaign", "list"]), "", "nothing was made");
    let channels = ["point_qr", "portal", "desk_device", "home"].map(|name| ["--channel", name]);
    place.done(&[campaign("probability").as_slice(), channels.as_flattened()].concat());
    let point = ["point", "add", "--campaign", "sipas-2026", "--unit", "29954"];
    for channel in ["point_qr", "portal", "desk_device"] {
        let open = [point.as_slice(), &["--channel", channel]].concat();
        let said = place.refused(&open);
        assert!(
            said.contains(channel) && said.contains("`invitation`") && said.contains("--needs-code"),
            "{said}"
        );
    }
    assert_eq!(place.done(&["point", "list", "29954"]), "");
    let said = place.refused(&[point.as_slice(), &["--channel", "post"]].concat());
    assert!(said.contains("`post`") && said.contains("home"), "{said}");
    let home = [point.as_slice(), &["--channel", "home", "--cluster", "29954-A3"]].concat();
    let said = place.refused(&[home.as_slice(), &["--below"]].concat());
    assert!(said.contains("--below") && said.contains("--cluster"), "{said}");
    let made = place.done(&home);
    let code = made.split('\t').next().unwrap();
    let said = place.refused(&["device", "enrol", code]);
    assert!(said.contains("desk_device"), "{said}");
    place.done(&[point.as_slice(), &["--needs-code"]].concat());
}
