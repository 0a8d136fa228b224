//! More requests than the database can take: a bounded queue, and a refusal at once for the rest.

use std::io::Write;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::database::pool::Db;
use inspection_register::error::{ApiError, ProblemCode};
use serde_json::Value;

use super::server::{Server, rest};
use crate::support::database::Database;
use crate::support::keys;
use crate::support::rows::new_authority;

/// Work that holds a connection for so long.
fn busy_for(time: Duration) -> impl Fn(&mut PgConnection) -> Result<(), ApiError> + Send + 'static {
    move |_| {
        sleep(time);
        Ok(())
    }
}

#[test]
fn beyond_capacity_requests_are_refused_at_once_and_the_service_lives() {
    let database = Database::empty();
    let db = Db::new(&database.url, 1);
    let server = Server::on(database, |app| app.db = db);
    let body = new_authority().to_string();
    let json = "Content-Type: application/json\r\nConnection: close";
    let json = format!("{json}\r\nAuthorization: Bearer {}", keys::ADMIN_SECRET);
    let head = format!("POST /v1/authorities HTTP/1.1\r\nHost: x\r\n{json}\r\nContent-Length: {}", body.len());
    let created = server.exchange(&format!("{head}\r\n\r\n{body}"));
    let created = serde_json::from_str::<Value>(created.split_once("\r\n\r\n").unwrap().1).unwrap();

    // The only connection waits two seconds for the row, as its lock timeout allows.
    let mut other = server.database.connect();
    other.batch_execute("begin; update authorities set website = null").unwrap();
    let path = format!("/v1/authorities/{}", created["authority_id"].as_str().unwrap());
    let change = r#"{"name":"Exampleford"}"#;
    let head = format!("PATCH {path} HTTP/1.1\r\nHost: x\r\nIf-Match: *\r\n{json}\r\nContent-Length: {}", change.len());
    let mut holder = server.connect();
    holder.write_all(format!("{head}\r\n\r\n{change}").as_bytes()).unwrap();
    sleep(Duration::from_millis(300));

    let begun = Instant::now();
    let asked = (0..60).map(|_| {
        let mut stream = server.connect();
        let sent = Instant::now();
        stream.write_all(b"GET /v1/themes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        thread::spawn(move || (rest(&mut stream), begun.elapsed(), sent.elapsed()))
    });
    let asked = asked.collect::<Vec<_>>();
    assert!(server.get("/health/live").starts_with("HTTP/1.1 200"));
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
    let answers = asked.into_iter().map(|answer| answer.join().unwrap()).collect::<Vec<_>>();
    for (answer, took, _) in &answers {
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 1"), "{answer}");
        assert!(*took < Duration::from_millis(1_800), "{took:?}");
    }
    // One place of sixteen is taken by the writer, the others are waited in for half a second.
    let mut own = answers.iter().map(|(.., own)| *own).collect::<Vec<_>>();
    own.sort_unstable();
    let waited = own.iter().filter(|own| **own > Duration::from_millis(450)).count();
    assert!(waited >= 10, "{waited} waited");
    // The other 45 are refused at once.
    let at_once = own.iter().filter(|own| **own < Duration::from_millis(250)).count();
    assert!(at_once >= 40, "{at_once} were refused at once: {own:?}");
    assert!(rest(&mut holder).starts_with("HTTP/1.1 503"));
    other.batch_execute("rollback").unwrap();
    assert!(server.get("/v1/themes").starts_with("HTTP/1.1 200"));
}

#[actix_web::test]
async fn a_caller_who_goes_away_gives_up_the_place() {
    let database = Database::empty();
    let db = Db::new(&database.url, 1);
    let read = |time| {
        let db = db.clone();
        actix_web::rt::spawn(async move { db.read(busy_for(time)).await })
    };
    let held = read(Duration::from_millis(400));
    actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    let waiting = (0..15).map(|_| read(Duration::from_secs(1))).collect::<Vec<_>>();
    actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    let refused = db.read(|_| Ok(())).await.unwrap_err();
    assert!(refused.to_string().contains("too many requests"), "{refused}");
    for task in waiting {
        task.abort();
        assert!(task.await.is_err(), "it waited");
    }
    db.read(|_| Ok(())).await.unwrap();
    held.await.unwrap().unwrap();
}

#[actix_web::test]
async fn places_are_given_in_order_and_no_more_than_there_are_connections() {
    let database = Database::empty();
    let db = Db::new(&database.url, 2);
    let begun = Instant::now();
    let tasks = (0..8).map(|_| {
        let db = db.clone();
        actix_web::rt::spawn(
            async move { db.read(busy_for(Duration::from_millis(50))).await.map(|()| begun.elapsed()) },
        )
    });
    let mut ends = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        ends.push(task.await.unwrap().unwrap());
    }
    assert!(ends[7] >= Duration::from_millis(200), "{ends:?}");
    assert!(ends[0] < ends[7], "{ends:?}");
    assert!(db.pool_state().connections <= 2);
}

#[actix_web::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let database = Database::empty();
    let db = Db::new(&database.url, 1);
    let begun = Instant::now();
    let endless = |conn: &mut PgConnection| {
        diesel::sql_query("select pg_sleep(60)").execute(conn)?;
        Ok(())
    };
    let error = db.read(endless).await.unwrap_err();
    assert_eq!(error.code(), ProblemCode::Unavailable, "{error}");
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(30), "{took:?}");
    db.read(|_| Ok(())).await.unwrap();
}
