//! A database that is away, busy or gone: 503, soon, and nothing is lost.

use std::future::{Future, poll_fn};
use std::net::TcpListener;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use inspection_register::database::pool::Db;
use serde_json::json;

use crate::support::operations::{self, all};
use crate::support::rows::{authority, new_authority};
use crate::support::{Answer, Register, database::Database};

/// What is promised is half of this. The machine may be busy with other things.
const SOON: Duration = Duration::from_secs(2);

fn unavailable(answer: Answer, begun: Instant) {
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    is_unavailable(answer);
}

fn is_unavailable(answer: Answer) {
    let answer = answer.refused(&[503]);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("unavailable", "1"));
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// Whether the metrics count so many refusals for this cause.
async fn assert_refused(register: &Register, cause: &str, number: u32) {
    let text = register.get("/metrics").await.expect(200).text();
    let line = format!("requests_refused_total{{cause=\"{cause}\"}} {number}\n");
    assert!(text.contains(&line), "{line} is missing in {text}");
}

#[actix_web::test]
async fn without_a_database_every_read_is_unavailable_within_a_second() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("postgresql://register@{}/register", silent.local_addr().unwrap());
    for url in
        ["postgresql:///register?host=/nowhere&user=register", "postgresql://register@127.0.0.1:1/register", &silent]
    {
        let register = Register::with(Database::empty(), |app| app.db = Db::new(url, 2)).await;
        for path in ["/v1/authorities", "/v1/themes", "/health/ready"] {
            let begun = Instant::now();
            unavailable(register.get(path).await, begun);
        }
        let begun = Instant::now();
        unavailable(register.post("/v1/authorities", &new_authority()).await, begun);
        for path in ["/health/live", "/metrics", "/openapi.json", "/"] {
            register.get(path).await.expect(200);
        }
        assert_refused(&register, "database", 3).await;
    }
}

#[actix_web::test]
async fn no_operation_fails_otherwise_when_the_database_is_away() {
    let url = "postgresql:///register?host=/nowhere&user=register";
    let register = Register::with(Database::empty(), |app| app.db = Db::new(url, 4)).await;
    let reads = all().into_iter().filter(|operation| operation.body.is_none());
    let ask = |read: operations::Operation| {
        let request = read.request(&register, &read.path());
        Box::pin(if read.needs_key() { request } else { request.anonymous() }.send())
    };
    let mut asked = reads.map(ask).collect::<Vec<_>>();
    poll_fn(|context| {
        asked.retain_mut(|answer| match answer.as_mut().poll(context) {
            Poll::Ready(answer) => {
                is_unavailable(answer);
                false
            }
            Poll::Pending => true,
        });
        if asked.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[actix_web::test]
async fn a_busy_pool_is_unavailable_within_a_second() {
    let register = Register::with(Database::empty(), |_| {}).await;
    let db = Db::new(&register.database.url, 1);
    let busy = Register::with(Database::empty(), |app| app.db = db.clone()).await;
    let held = actix_web::rt::spawn(async move {
        let wait = |_: &mut diesel::PgConnection| {
            std::thread::sleep(Duration::from_millis(1_800));
            Ok(())
        };
        db.read(wait).await.unwrap();
    });
    actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    unavailable(busy.get("/v1/themes").await, begun);
    busy.get("/health/live").await.expect(200);
    assert_refused(&busy, "admission", 1).await;
    held.await.unwrap();
    busy.get("/v1/themes").await.expect(200);
}

#[actix_web::test]
async fn more_requests_than_can_be_served_are_refused_at_once() {
    let register = Register::with(Database::empty(), |_| {}).await;
    let db = Db::new(&register.database.url, 1);
    let wait = |_: &mut diesel::PgConnection| {
        std::thread::sleep(Duration::from_millis(30));
        Ok(())
    };
    let tasks = (0..60).map(|_| {
        let db = db.clone();
        actix_web::rt::spawn(async move { db.read(wait).await })
    });
    let tasks = tasks.collect::<Vec<_>>();
    let (mut served, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => served += 1,
            Err(error) => {
                assert!(error.to_string().contains("too many requests"), "{error}");
                refused += 1;
            }
        }
    }
    assert!(served >= 8 && refused >= 40, "{served} served, {refused} refused");
    db.read(|_| Ok(())).await.unwrap();
}

#[actix_web::test]
async fn connections_that_are_cut_are_replaced() {
    let register = Register::empty().await;
    let row = authority(&register).await;
    let mut other = register.database.connect();
    for _ in 0..3 {
        other
            .batch_execute(
                "select pg_terminate_backend(pid) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid()",
            )
            .unwrap();
        let answer = register.get("/v1/authorities").await;
        assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.text());
        let read = register.get(&format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap())).await;
        assert_eq!(read.expect(200).json(), row);
    }
}

#[actix_web::test]
async fn a_row_that_another_holds_is_unavailable_after_two_seconds() {
    let register = Register::empty().await;
    let row = authority(&register).await;
    let path = format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap());
    let mut other = register.database.connect();
    other.batch_execute("begin; update authorities set website = null").unwrap();
    let begun = Instant::now();
    let request = register.request(Method::PATCH, &path).if_match("*").json(&json!({ "name": "Exampleford" }));
    let answer = request.send().await.refused(&[503]);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(answer.header("retry-after"), "1");
    other.batch_execute("rollback").unwrap();
    register.patch(&path, "\"1\"", &json!({ "name": "Exampleford" })).await.expect(200);
}
