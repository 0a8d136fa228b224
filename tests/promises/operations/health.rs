//! Whether the service runs, is ready, and what it counts.

use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::dsl::max;
use diesel::prelude::*;
use inspection_register::database::schema::events;
use inspection_register::error::RefusalCause;
use inspection_register::import::upgrade;
use serde_json::json;

use crate::support::Register;
use crate::support::database::Database;
use crate::support::keys::add_admin;

#[actix_web::test]
async fn it_is_ready_once_the_schema_is_current() {
    let register = Register::with(Database::bare(), |_| {}).await;
    assert_eq!(register.get("/health/live").await.expect(200).json(), json!({ "status": "live" }));
    let answer = register.get("/health/ready").await.refused(&[503]);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("unavailable", "1"));
    let answer = register.get("/v1/authorities").await.refused(&[503]);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("unavailable", "1"));

    upgrade::upgrade(&register.database.url).unwrap();
    add_admin(&mut register.database.connect());
    assert_eq!(register.get("/health/ready").await.expect(200).json(), json!({ "status": "ready" }));
    register.get("/v1/authorities").await.expect(200);
    assert_eq!(upgrade::upgrade(&register.database.url).unwrap().len(), 0, "a second time changes nothing");
}

#[actix_web::test]
async fn it_is_not_ready_while_it_stops() {
    let register = Register::empty().await;
    register.get("/health/ready").await.expect(200);
    register.app.draining.begin();
    assert_eq!(register.get("/health/ready").await.refused(&[503]).header("retry-after"), "1");
    register.get("/health/live").await.expect(200);
    register.get("/v1/authorities").await.expect(200);
}

#[actix_web::test]
async fn metrics_count_requests_by_route_and_name_no_path() {
    let register = Register::real().await;
    for _ in 0..3 {
        register.get("/v1/authorities/E06000019?embed=standing").await.expect(200);
    }
    register.get("/v1/%61uthorities/E06000019").await.expect(200);
    register.get("/v1/authorities/E06999999").await.refused(&[404]);
    register.get("/secret/path").await.refused(&[404]);
    register.request(Method::from_bytes(b"INVENTED").unwrap(), "/v1/themes").send().await.refused(&[405]);
    register.request(Method::HEAD, "/health/live").send().await.expect(200);

    let answer = register.get("/metrics").await.expect(200);
    assert!(
        answer.header("content-type").starts_with("text/plain; version=0.0.4"),
        "{}",
        answer.header("content-type")
    );
    let text = answer.text();
    for line in [
        r#"http_requests_total{method="GET",route="/v1/authorities/{authority}",status="200"} 4"#,
        r#"http_requests_total{method="GET",route="/v1/authorities/{authority}",status="404"} 1"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        r#"http_requests_total{method="other",route="/v1/themes",status="405"} 1"#,
        r#"http_requests_total{method="HEAD",route="/health/live",status="200"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",route="/v1/authorities/{authority}"} 5"#,
        "database_connections ",
    ] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
    for private in ["E06000019", "secret", "INVENTED", "embed"] {
        assert!(!text.contains(private), "{private} is in {text}");
    }
}

#[actix_web::test]
async fn metrics_tell_of_the_build_the_process_the_pool_and_the_feed() {
    let register = Register::real().await;
    let mut connection = register.database.connect();
    let last = events::table.select(max(events::sequence)).get_result::<Option<i64>>(&mut connection).unwrap().unwrap();
    let text = register.get("/metrics").await.expect(200).text();
    for line in [
        format!("build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")),
        format!("events_last_sequence {last}"),
        "database_connections_max 4".to_owned(),
        "database_connections_in_use 0".to_owned(),
        "database_connection_wait_seconds_bucket{le=\"0.5\"} 1".to_owned(),
        "database_connection_wait_seconds_count 1".to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in {text}");
    }
    for cause in RefusalCause::ALL {
        let line = format!("requests_refused_total{{cause=\"{}\"}} 0", cause.as_str());
        assert!(text.contains(&line), "{line} is missing in {text}");
    }
    if cfg!(target_os = "linux") {
        for name in
            ["cpu_seconds_total", "open_fds", "max_fds", "resident_memory_bytes", "start_time_seconds", "threads"]
        {
            let value = text.lines().find_map(|line| line.strip_prefix(&format!("process_{name} ")));
            assert!(value.unwrap_or_default().parse::<f64>().is_ok(), "process_{name} is missing in {text}");
        }
    }
}

#[actix_web::test]
async fn health_answers_at_once() {
    let register = Register::empty().await;
    register.get("/health/ready").await.expect(200);
    let begun = Instant::now();
    for _ in 0..20 {
        register.get("/health/live").await.expect(200);
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}
