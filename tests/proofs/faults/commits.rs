//! A connection that is lost around COMMIT: what the register says is true, and nothing is done twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::error::ApiError;

use super::{SOON, must_recover, register};
use crate::support::Register;
use crate::support::database::Database;
use crate::support::proxy::{Mode, Proxy, Trap};
use crate::support::rows::new_authority;

/// How many authorities of this name the database holds.
fn stored(database: &Database, name: &str) -> usize {
    let query = diesel::sql_query("select from authorities where name = $1");
    query.bind::<diesel::sql_types::Text, _>(name).execute(&mut database.connect()).unwrap()
}

#[actix_web::test]
async fn whoever_loses_the_database_in_the_middle_of_a_commit_is_told_that_the_outcome_is_unknown() {
    let database = Database::empty();
    let proxy = Proxy::before(&database.url);
    let register = register(&proxy.url(), 4).await;
    for (trap, count) in [(Trap::CutBefore, 0), (Trap::CutAfter, 1), (Trap::BlackHoleAfter, 1)] {
        must_recover(&register).await;
        let new = new_authority();
        proxy.lay(trap);
        let begun = Instant::now();
        let answer = register.post("/v1/authorities", &new).await.refused(&[503]);
        assert!(begun.elapsed() < SOON, "{trap:?} after {:?}", begun.elapsed());
        assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("outcome_unknown", "1"), "{trap:?}");
        proxy.set(Mode::Pass);
        must_recover(&register).await;
        assert_eq!(stored(&database, new["name"].as_str().unwrap()), count, "{trap:?}");
    }
    assert_eq!(proxy.sprung(), 3);
}

#[actix_web::test]
async fn what_is_read_needs_no_commit() {
    let database = Database::empty();
    let proxy = Proxy::before(&database.url);
    let register = register(&proxy.url(), 4).await;
    for trap in [Trap::CutBefore, Trap::CutAfter] {
        proxy.lay(trap);
        register.get("/v1/themes").await.expect(200);
    }
    assert_eq!(proxy.sprung(), 2);
}

#[actix_web::test]
async fn a_connection_that_is_lost_before_the_commit_is_replaced_once() {
    let database = Database::empty();
    let proxy = Arc::new(Proxy::before(&database.url));
    let register = register(&proxy.url(), 4).await;
    for (losses, expected_runs, count) in [(1, 2, 1), (2, 2, 0)] {
        let runs = Arc::new(AtomicUsize::new(0));
        let (counted, network) = (Arc::clone(&runs), Arc::clone(&proxy));
        let name = format!("after {losses}");
        let statement = insertion(&name);
        let outcome = register.app.db.write(move |conn| {
            conn.batch_execute(&statement)?;
            if counted.fetch_add(1, Ordering::SeqCst) < losses {
                network.cut();
            }
            conn.batch_execute("select 1")?;
            Ok(())
        });
        assert_eq!(outcome.await.is_ok(), count == 1);
        assert_eq!(runs.load(Ordering::SeqCst), expected_runs);
        assert_eq!(stored(&database, &name), count);
        must_recover(&register).await;
    }
}

fn insertion(name: &str) -> String {
    format!(
        "insert into authorities (authority_id, name, gss_code, region, authority_type)
         values (gen_random_uuid(), '{name}', 'E' || (10000000 + random() * 80000000)::int, 'West Midlands', 'county')"
    )
}

#[actix_web::test]
async fn a_failure_that_was_passed_over_is_never_a_success() {
    let register = Register::empty().await;
    let outcome = register.app.db.write(move |conn| {
        conn.batch_execute(&insertion("passed over"))?;
        let _ = conn.batch_execute("select 1 / 0");
        Ok(())
    });
    let outcome = outcome.await;
    assert!(matches!(outcome, Err(ApiError::Internal(_))), "{outcome:?}");
    assert_eq!(stored(&register.database, "passed over"), 0);
    register.post("/v1/authorities", &new_authority()).await.expect(201);
}

#[actix_web::test]
async fn nothing_is_committed_later_that_was_said_to_be_unavailable() {
    let database = Database::empty();
    let proxy = Arc::new(Proxy::before(&database.url));
    let register = register(&proxy.url(), 4).await;
    must_recover(&register).await;
    for mode in [Mode::Stall, Mode::BlackHole] {
        let network = Arc::clone(&proxy);
        let name = format!("in a {mode:?}");
        let statement = insertion(&name);
        let outcome = register.app.db.write(move |conn| {
            conn.batch_execute(&statement)?;
            network.set(mode);
            // This is answered when the network delivers again, if ever.
            conn.batch_execute("select 1")?;
            Ok(())
        });
        let begun = Instant::now();
        let outcome = outcome.await;
        assert!(begun.elapsed() < SOON, "{mode:?} after {:?}", begun.elapsed());
        assert!(matches!(&outcome, Err(error) if error.code().as_str() == "unavailable"), "{outcome:?}");
        proxy.set(Mode::Pass);
        must_recover(&register).await;
        sleep(Duration::from_millis(500)).await;
        assert_eq!(stored(&database, &name), 0);
    }
}

#[actix_web::test]
async fn what_to_do_when_the_outcome_is_unknown_can_be_looked_up() {
    let register = register("postgresql:///register?host=/nowhere", 1).await;
    let page = register.get("/problems/outcome-unknown").await.expect(200).text();
    assert!(page.contains("Idempotency-Key"), "{page}");
}
