//! The program as an operator meets it: started, stopped, killed, misconfigured.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::access::secret::Secret;
use serde_json::{Value, json};

use super::program::{Folder, Service, command, free_address, run, said, signal};
use crate::support::database::Database;
use crate::support::keys::{ADMIN_SECRET, add_admin};
use crate::support::rows::new_authority;

/// The body of an answer, as JSON.
pub(super) fn body(answer: &str) -> Value {
    let text = answer.split_once("\r\n\r\n").unwrap().1;
    let inner = text.find('{').zip(text.rfind('}')).map(|(start, end)| &text[start..=end]);
    serde_json::from_str(inner.unwrap()).unwrap_or_else(|_| panic!("no JSON: {answer}"))
}

/// The secrets in a text.
pub fn secrets(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| Secret::parse(word).is_some());
    words.map(ToOwned::to_owned).collect()
}

fn total(service: &Service, list: &str) -> Value {
    body(&service.get(&format!("/v1/{list}?count=exact&limit=1")))["page"]["total"].clone()
}

/// Sends a body with a key; the whole answer.
pub fn post(service: &Service, secret: &str, path: &str, body: &Value) -> String {
    let (text, host) = (body.to_string(), "Host: x\r\nConnection: close\r\nContent-Type: application/json");
    let head = format!(
        "POST {path} HTTP/1.1\r\n{host}\r\nAuthorization: Bearer {secret}\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    service.exchange(format!("{head}{text}").as_bytes())
}

#[test]
fn it_starts_without_a_setting_and_loses_nothing_when_it_is_killed() {
    let folder = Folder::new();
    let (data_dir, output) = (folder.0.join("data"), folder.0.join("output"));
    let settings = [("DATA_DIR", data_dir.to_str().unwrap())];

    let first = Service::start(&settings, &output);
    assert!(first.get("/health/ready").starts_with("HTTP/1.1 200"), "{}", first.said());
    let (authorities, inspections) = (total(&first, "authorities"), total(&first, "inspections"));
    assert_eq!(authorities, 161);
    for line in
        [format!("http://{}/docs/", first.address), "the database is empty; loaded the built-in data".to_owned()]
    {
        assert!(first.said().contains(&line), "{}", first.said());
    }

    let arguments = ["keys", "create", "--role", "admin", "--name", "made meanwhile"];
    let made = run(&settings, &arguments);
    let meanwhile = String::from_utf8_lossy(&made.stdout).trim_end().to_owned();
    assert!(post(&first, &meanwhile, "/v1/authorities", &json!({})).starts_with("HTTP/1.1 422"), "{}", said(&made));
    let second = Service::launch(&settings, &folder.0.join("second")).wait_and_tell();
    assert!(!second.0.success() && second.1.contains("another instance is using /"), "{}", second.1);
    let secret = secrets(&first.said())[0].clone();
    assert!(post(&first, &secret, "/v1/authorities", &new_authority()).starts_with("HTTP/1.1 201"));

    first.end("KILL");
    let begun = Instant::now();
    let again = Service::start(&settings, &output);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(total(&again, "authorities"), 162);
    assert_eq!(total(&again, "inspections"), inspections);

    assert!(again.end("TERM").success());
    folder.must_be_left();
    for key in ["admin", "made meanwhile"] {
        assert!(run(&settings, &["keys", "revoke", key]).status.success());
    }
    folder.must_be_left();
    let last = Service::start(&settings, &output);
    assert_eq!((total(&last, "authorities"), total(&last, "inspections")), (162.into(), inspections));
    assert_eq!(last.said().matches("the database is empty").count(), 1, "{}", last.said());
    let shown = secrets(&last.said());
    assert_eq!((shown.len(), &shown[0]), (2, &secret), "a key is shown where none holds, once: {}", last.said());
    assert!(post(&last, &secret, "/v1/authorities", &new_authority()).starts_with("HTTP/1.1 401"));
    assert!(post(&last, &shown[1], "/v1/authorities", &new_authority()).starts_with("HTTP/1.1 201"));
    assert!(last.end("INT").success());
    folder.must_be_left();
}

impl Service {
    /// Waits for the end, and tells what was said.
    fn wait_and_tell(mut self) -> (std::process::ExitStatus, String) {
        let status = self.wait();
        (status, self.said())
    }
}

#[test]
fn it_can_be_stopped_while_it_starts() {
    for name in ["INT", "TERM", "HUP"] {
        let folder = Folder::new();
        let data_dir = folder.0.join("data");
        let mut service = Service::launch(&[("DATA_DIR", data_dir.to_str().unwrap())], &folder.0.join("output"));
        let deadline = Instant::now() + Duration::from_secs(30);
        while !data_dir.join("postgresql/postmaster.pid").exists() && Instant::now() < deadline {
            sleep(Duration::from_millis(5));
        }
        signal(service.pid(), name);
        service.wait();
        folder.must_be_left();
    }
}

#[test]
fn with_a_database_of_its_own_it_neither_migrates_nor_imports() {
    let database = Database::bare();
    let folder = Folder::new();
    let settings = [("DATABASE_URL", database.url.as_str()), ("DATABASE_POOL_SIZE", "2")];
    let one = Service::start(&settings, &folder.0.join("one"));
    let unready = one.get("/health/ready");
    assert!(unready.starts_with("HTTP/1.1 503") && unready.contains("retry-after: 1"), "{unready}");
    assert!(one.get("/health/live").starts_with("HTTP/1.1 200"));
    let address = one.address.to_string();
    let check = || run(&[("BIND_ADDRESS", &address)], &["healthcheck"]);
    assert!(!check().status.success());
    assert!(said(&check()).contains("503"), "{}", said(&check()));

    assert!(run(&settings, &["migrate"]).status.success());
    assert!(one.get("/health/ready").starts_with("HTTP/1.1 200"));
    assert!(check().status.success(), "{}", said(&check()));
    let two = Service::start(&settings, &folder.0.join("two"));
    assert_eq!((total(&one, "authorities"), total(&two, "inspections")), (0.into(), 0.into()));
    add_admin(&mut database.connect());
    assert!(post(&one, ADMIN_SECRET, "/v1/authorities", &new_authority()).starts_with("HTTP/1.1 201"));
    assert_eq!(total(&two, "authorities"), 1);
    assert!(one.end("TERM").success() && two.end("INT").success());
}

#[derive(QueryableByName)]
struct Client {
    #[diesel(sql_type = diesel::sql_types::Text)]
    application_name: String,
}

#[test]
fn the_user_and_the_name_of_the_service_may_have_an_at_sign() {
    let database = Database::empty();
    let mut conn = database.connect();
    conn.batch_execute("create role \"me@tenant\" superuser login").unwrap();
    let folder = Folder::new();
    for (parameter, expected) in
        [("&application_name=x@y", "x@y"), ("&options=-capplication_name=z", "z"), ("", "inspection-register")]
    {
        let url = format!("{}user=me@tenant{parameter}", database.url.split("user=").next().unwrap());
        let settings = [("DATABASE_URL", url.as_str())];
        let migrated = run(&settings, &["migrate"]);
        assert!(migrated.status.success(), "{}", said(&migrated));
        let service = Service::start(&settings, &folder.0.join("output"));
        assert!(service.get("/health/ready").starts_with("HTTP/1.1 200"), "{}", service.said());
        let query = "select distinct application_name from pg_stat_activity where usename = 'me@tenant'";
        let clients = diesel::sql_query(query).load::<Client>(&mut conn).unwrap();
        assert_eq!(clients.iter().map(|client| client.application_name.as_str()).collect::<Vec<_>>(), [expected]);
        assert!(service.end("TERM").success());
    }
    conn.batch_execute("drop role \"me@tenant\"").unwrap();
}

#[test]
fn one_line_is_logged_for_each_request_without_what_was_said() {
    let database = Database::empty();
    let folder = Folder::new();
    let service = Service::start(&[("DATABASE_URL", &database.url)], &folder.0.join("output"));
    let request = |line: &str, id: &str, body: &str| {
        let head = format!(
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: {id}\r\nAuthorization: Bearer {ADMIN_SECRET}"
        );
        service.exchange(
            format!("{head}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .as_bytes(),
        )
    };
    request("GET /v1/authorities?q=unspoken", "log-1", "");
    request("POST /v1/authorities", "log-2", r#"{"name":"unspoken"}"#);
    request("GET /v1/authorities/unspoken", "log-3", "");
    request("GET /unspoken", "log-4", "");
    request("DELETE /v1/findings/019a0000-0000-7000-8000-000000000000?reason=unspoken", "log-5", "");
    let log = service.said();
    for (id, rest) in [
        ("log-1", "GET /v1/authorities 200"),
        ("log-2", "POST /v1/authorities 422"),
        ("log-3", "GET /v1/authorities/{authority} 404"),
        ("log-4", "GET unmatched 404"),
        ("log-5", "DELETE /v1/findings/{finding_id} 428"),
    ] {
        let lines = log.lines().filter(|line| line.contains(id)).collect::<Vec<_>>();
        let [line] = lines.as_slice() else { panic!("{id}: {lines:?}") };
        assert!(line.contains(rest) && line.ends_with(" ms"), "{line}");
    }
    assert!(!log.contains("unspoken") && !log.contains(ADMIN_SECRET), "{log}");
}

#[test]
fn http_1_0_gets_bodies_with_their_length_and_no_chunks() {
    let database = Database::empty();
    let folder = Folder::new();
    let service = Service::start(&[("DATABASE_URL", &database.url)], &folder.0.join("output"));
    for path in ["/v1/themes", "/v1/frameworks", "/openapi.json", "/v1/standings.csv", "/metrics", "/v1/nothing"] {
        for method in ["GET", "HEAD"] {
            for coding in ["identity", "gzip", "gzip, identity;q=0"] {
                let request = format!("{method} {path} HTTP/1.0\r\nAccept-Encoding: {coding}\r\n\r\n");
                let answer = service.exchange(request.as_bytes());
                let (head, body) = answer.split_once("\r\n\r\n").unwrap();
                assert!(head.starts_with("HTTP/1.0 ") && !head.contains("transfer-encoding"), "{request}{head}");
                assert!(!head.contains("content-encoding"), "{request}{head}");
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                assert_eq!(body.len(), if method == "GET" { length.parse().unwrap() } else { 0 }, "{request}");
            }
        }
    }
}

#[test]
fn a_password_is_never_logged() {
    let folder = Folder::new();
    let url = "postgresql://register:unspoken@127.0.0.1:1/register?password=unspoken";
    let service = Service::start(&[("DATABASE_URL", url), ("RUST_LOG", "debug")], &folder.0.join("output"));
    assert!(service.get("/health/ready").starts_with("HTTP/1.1 503"));
    assert!(service.get("/v1/themes").starts_with("HTTP/1.1 503"));
    let log = service.said();
    assert!(log.contains("no connection") && !log.contains("unspoken"), "{log}");
}

#[test]
fn head_has_no_body_and_large_or_odd_requests_are_refused_on_the_wire() {
    let database = Database::empty();
    let folder = Folder::new();
    let service = Service::start(&[("DATABASE_URL", &database.url)], &folder.0.join("output"));
    let host = "Host: x\r\nConnection: close";
    for path in ["/v1/themes", "/openapi.json", "/v1/nothing", "/metrics", "/v1/standings.csv"] {
        for coding in ["", "\r\nAccept-Encoding: gzip"] {
            let answer = service.exchange(format!("HEAD {path} HTTP/1.1\r\n{host}{coding}\r\n\r\n").as_bytes());
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 ") && body.is_empty(), "{path}: {answer}");
        }
    }
    let json = format!("{host}\r\nAuthorization: Bearer {ADMIN_SECRET}\r\nContent-Type: application/json");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let chunked = format!(
        "POST /v1/authorities HTTP/1.1\r\n{json}\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
        chunk.repeat(17)
    );
    assert!(service.exchange(chunked.as_bytes()).starts_with("HTTP/1.1 413"));
    let announced = format!("POST /v1/authorities HTTP/1.1\r\n{json}\r\nContent-Length: 1048577\r\n\r\n{{");
    assert!(service.exchange(announced.as_bytes()).starts_with("HTTP/1.1 413"));
    for (odd, expected) in [
        (format!("GET /v1/themes HTTP/1.1\r\n{host}\r\nX-Request-Id: a\u{1}b\r\n\r\n"), "HTTP/1.1 400"),
        (format!("GET /v1/themes HTTP/1.1\r\n{host}\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000)), "HTTP/1.1 4"),
        (format!("GET /v1/themes?q={} HTTP/1.1\r\n{host}\r\n\r\n", "x".repeat(100_000)), "HTTP/1.1 4"),
        (format!("GET /v1/th\u{e9}mes HTTP/1.1\r\n{host}\r\n\r\n"), "HTTP/1.1 4"),
        (
            format!(
                "POST /v1/authorities HTTP/1.1\r\n{json}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            "HTTP/1.1 400",
        ),
        (format!("POST /v1/authorities HTTP/1.1\r\n{json}\r\nContent-Length: +5\r\n\r\n{{}}   "), "HTTP/1.1 400"),
        (
            format!("POST /v1/authorities HTTP/1.1\r\n{json}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "HTTP/1.1 400",
        ),
        ("GARBAGE\r\n\r\n".to_owned(), "HTTP/1.1 400"),
    ] {
        let answer = service.exchange(odd.as_bytes());
        assert!(answer.starts_with(expected), "{odd:.80}: {answer}");
    }
    assert!(service.get("/health/ready").starts_with("HTTP/1.1 200"));
}

#[test]
fn every_mistake_in_the_settings_is_told_at_once_and_by_name() {
    let settings = [
        ("BIND_ADDRESS", "localhost"),
        ("DATABASE_URL", "mysql://register:unspoken@example.org"),
        ("DATABASE_POOL_SIZE", "0"),
        ("PG_BINDIR", "/nowhere"),
        ("CORS_ORIGINS", "https://example.org, example.org"),
        ("RATE_LIMIT", "0"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("DRAIN_SECONDS", "soon"),
        ("RUST_LOG", "inspection_register=loud"),
        ("LOG_FORMAT", "xml"),
    ];
    for arguments in [&[][..], &["serve"], &["migrate"], &["healthcheck"], &["import"]] {
        let output = run(&settings, arguments);
        assert!(!output.status.success());
        for (name, _) in settings {
            assert!(said(&output).contains(name), "{name} is missing in {}", said(&output));
        }
        assert!(!said(&output).contains("unspoken") && !said(&output).contains("panicked"), "{}", said(&output));
    }
}

const COMMANDS: [&str; 7] = ["serve", "migrate", "import", "openapi", "keys", "healthcheck", "completions"];

#[test]
fn completions_of_each_shell_name_every_command_and_need_no_setting() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&[("BIND_ADDRESS", "wrong")], &["completions", shell]);
        assert!(script.status.success(), "{shell}: {}", said(&script));
        let text = String::from_utf8_lossy(&script.stdout).into_owned();
        for name in COMMANDS {
            assert!(text.contains(name), "{name} is missing for {shell} in {text}");
        }
    }
    assert!(!run(&[], &["completions", "invented"]).status.success());
}

#[test]
fn bash_completes_commands_and_what_belongs_to_them() {
    let script = run(&[], &["completions", "bash"]);
    let script = String::from_utf8_lossy(&script.stdout).into_owned();
    // What Tab does: it calls the function that the script names, with the program, the last word and the one before.
    let press_tab = "function=$(complete -p inspection-register); function=${function#*-F }
        COMP_WORDS=(inspection-register \"$@\"); COMP_CWORD=$#
        ${function%% *} inspection-register \"${!#}\" \"${COMP_WORDS[$# - 1]}\"; echo \"${COMPREPLY[*]}\"";
    for (words, expected) in [
        (&["mig"][..], "migrate"),
        (&["completions", "f"], "fish"),
        (&["openapi", "--v"], "--version"),
        (&["keys", "rev"], "revoke"),
        (&["keys", "create", "--na"], "--name"),
    ] {
        let program = format!("{script}\n{press_tab}");
        let output = Command::new("bash").args(["-c", &program, "bash"]).args(words).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), expected, "{words:?}: {}", said(&output));
    }
}

#[test]
fn help_lists_every_setting_and_every_command() {
    let help = run(&[], &["--help"]);
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.status.success());
    for setting in inspection_register::config::SETTINGS {
        assert!(text.contains(setting.name) && text.contains(setting.about), "{} is missing in {text}", setting.name);
    }
    for name in COMMANDS {
        assert!(text.contains(name), "{name} is missing in {text}");
        assert!(run(&[], &[name, "--help"]).status.success());
    }
    assert!(!run(&[], &["invented"]).status.success());
    let document = run(&[("BIND_ADDRESS", "wrong")], &["openapi"]);
    assert_eq!(serde_json::from_slice::<Value>(&document.stdout).unwrap()["openapi"], "3.1.0");
}

#[test]
fn what_it_cannot_do_it_says_in_one_line() {
    let nobody = free_address().to_string();
    let check = run(&[("BIND_ADDRESS", &nobody)], &["healthcheck"]);
    assert!(!check.status.success() && said(&check).starts_with("inspection-register: "), "{}", said(&check));

    let database = Database::empty();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let output = run(&[("DATABASE_URL", &database.url), ("BIND_ADDRESS", &taken)], &[]);
    assert!(!output.status.success() && said(&output).contains(&taken), "{}", said(&output));

    let folder = Folder::new();
    let output =
        command(&[("DATABASE_URL", &database.url)]).args(["import", folder.0.to_str().unwrap()]).output().unwrap();
    assert!(!output.status.success() && !said(&output).contains("panicked"), "{}", said(&output));
}
