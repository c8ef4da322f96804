//! What settings do to a running server, who wins where two say something, and what `--help` says of them.

use clap::{Arg, Command, CommandFactory as _};
use server::cli::Cli;

use crate::support::place::{Place, Running, SERVE};
use crate::support::survey::Survey;

#[test]
fn a_plain_address_is_warned_of_where_browsers_refuse_it() {
    let place = Place::sqlite();
    let mut server = place.start_with(&["--public-url", "http://10.0.0.5:3000"]);
    server.wait_for_log("http://10.0.0.5:3000 is plain http");
    server.stop();
    for fine in [&[][..], &["--public-url", "https://nghedan.example.vn"]] {
        let log = place.start_with(fine).stop();
        assert!(!log.contains("is plain http"), "{log}");
    }
}

#[test]
fn nobody_but_a_trusted_proxy_is_let_in() {
    let place = Place::sqlite();
    let server = place.start_with(&["--trusted-proxy", "10.0.0.5"]);
    for headers in ["", "X-Forwarded-For: 10.0.0.5\r\n", "Forwarded: for=10.0.0.5\r\n"] {
        let reply = server.client().get_with("/healthz", headers);
        assert!(reply.is_err(), "{headers}: {reply:?}");
    }
    server.stop();
    let server = place.start_with(&["--trusted-proxy", "10.0.0.5", "--trusted-proxy", "127.0.0.1"]);
    assert_eq!(server.client().get("/healthz").unwrap().status, 200);
    server.stop();
}

/// Links are made of `--public-url` alone, whoever says otherwise: a stranger or a proxy.
#[test]
fn forwarded_headers_change_no_link() {
    let place = Place::sqlite();
    let survey = Survey::prepare(&place);
    let path = format!("/s/{}/poster", survey.point);
    let forwarded = "X-Forwarded-Host: elsewhere.example\r\nX-Forwarded-Proto: http\r\n\
         X-Forwarded-For: 203.0.113.77\r\nForwarded: host=elsewhere.example;proto=http\r\n";
    let public = ["--public-url", "https://nghedan.example.vn"];
    for proxy in [&[][..], &["--trusted-proxy", "127.0.0.1"]] {
        let server = place.start_with(&[&public, proxy].concat());
        let plain = server.client().get(&path).unwrap();
        assert_eq!(plain.status, 200, "{}", plain.body);
        assert!(plain.body.contains("nghedan.example.vn"), "{}", plain.body);
        let told = server.client().get_with(&path, forwarded).unwrap();
        assert_eq!(told.body, plain.body);
        server.stop();
    }
}

#[test]
fn the_environment_wins_over_the_file_and_a_flag_over_both() {
    let place = Place::sqlite();
    let settings = "[serve]\npublic-url = 'http://file.example.vn'\n";
    std::fs::write(place.path().join("settings.toml"), settings).unwrap();
    let flag = ["--public-url", "http://flag.example.vn"];
    for (variable, flags, wins) in [
        (None, &[][..], "file"),
        (Some("http://variable.example.vn"), &[], "variable"),
        (Some("http://variable.example.vn"), &flag, "flag"),
    ] {
        let mut command = place.command();
        command.args(SERVE).args(flags);
        command.env("NGHE_DAN_CONFIG", "settings.toml");
        command.envs(variable.map(|url| ("NGHE_DAN_PUBLIC_URL", url)));
        let mut server = Running::spawn(command);
        server.wait_for_log(&format!("http://{wins}.example.vn is plain http"));
        server.stop();
    }
}

/// Every setting of a server has a variable by its name, and `--help` names both.
#[test]
fn help_names_every_flag_with_its_variable() {
    let place = Place::sqlite();
    let program = Cli::command();
    let serve = program.find_subcommand("serve").unwrap();
    let help = place.done(&["serve", "--help"]);
    let mut seen = 0;
    for setting in program.get_arguments().chain(serve.get_arguments()) {
        let flag = setting.get_long().unwrap();
        let variable = setting.get_env().and_then(|variable| variable.to_str());
        let expected = match flag {
            // What everything that speaks to databases calls it.
            "database" => "DATABASE_URL".to_owned(),
            other => format!("NGHE_DAN_{}", other.replace('-', "_").to_uppercase()),
        };
        assert_eq!(variable, Some(expected.as_str()), "--{flag}");
        assert!(
            help.contains(&format!("--{flag}")) && help.contains(&expected),
            "--{flag} {expected}\n{help}"
        );
        seen += 1;
    }
    assert!(seen > 12, "{seen} settings found");
    let missing = place.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("--public-url is needed"));
}

#[test]
fn every_command_and_argument_says_what_it_is() {
    fn silent(command: &Command, above: &str, found: &mut Vec<String>) {
        let name = format!("{above} {}", command.get_name());
        if command.get_about().is_none() {
            found.push(name.clone());
        }
        let unsaid = |argument: &&Arg| argument.get_help().is_none();
        for argument in command.get_arguments().filter(unsaid) {
            found.push(format!("{name}: {}", argument.get_id()));
        }
        for below in command.get_subcommands() {
            silent(below, &name, found);
        }
    }
    let mut found = Vec::new();
    silent(&Cli::command(), "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
}
