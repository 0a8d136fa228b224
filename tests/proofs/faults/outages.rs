//! A database that is away, or cannot be reached, and comes back.

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::server::Server;
use super::{
    SOON, USUAL_RECOVERY, USUALLY_SOON, as_user, must_be_away, must_not_be_ready, must_recover, name_in, register,
    unavailable, usual,
};
use crate::operations::program::signal;
use crate::support::database::Database;
use crate::support::proxy::{Mode, Proxy};
use crate::support::rows::{authority, new_authority};
use crate::support::{Register, at_once};

#[actix_web::test]
async fn a_network_that_swallows_or_refuses_everything_is_noticed_and_survived() {
    let database = Database::empty();
    let proxy = Proxy::before(&database.url);
    let register = register(&proxy.url(), 4).await;
    must_recover(&register).await;
    let (mut refusals, mut recoveries) = (Vec::new(), Vec::new());
    // More often than there are connections: none of them is lost for good.
    for mode in [Mode::BlackHole, Mode::Stall, Mode::Refuse].into_iter().cycle().take(9) {
        proxy.set(mode);
        if mode == Mode::Refuse {
            proxy.cut();
        }
        refusals.push(must_be_away(&register, "database_unreachable").await);
        sleep(Duration::from_millis(700)).await;
        refusals.push(must_be_away(&register, "database_unreachable").await);
        proxy.set(Mode::Pass);
        recoveries.push(must_recover(&register).await);
        authority(&register).await;
    }
    println!("24 requests were refused within {refusals:?}; recoveries took {recoveries:?}");
    assert!(usual(refusals.clone()) < USUALLY_SOON, "{refusals:?}");
    assert!(usual(recoveries.clone()) < USUAL_RECOVERY, "{recoveries:?}");
}

#[actix_web::test]
async fn it_starts_in_a_black_hole_and_lasts_a_long_one() {
    let database = Database::empty();
    let proxy = Proxy::before(&database.url);
    proxy.set(Mode::BlackHole);
    let register = register(&proxy.url(), 2).await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(12) {
        must_be_away(&register, "database_unreachable").await;
        sleep(Duration::from_millis(300)).await;
    }
    proxy.set(Mode::Pass);
    must_recover(&register).await;
}

#[actix_web::test]
async fn a_slow_network_is_borne_and_one_that_is_too_slow_is_away() {
    let database = Database::empty();
    let proxy = Proxy::before(&database.url);
    let register = register(&proxy.url(), 4).await;
    must_recover(&register).await;
    proxy.set(Mode::Slow { delay: Duration::from_millis(15), bytes_per_second: 200_000 });
    for _ in 0..5 {
        register.get("/v1/themes").await.expect(200);
    }
    register.get("/health/ready").await.expect(200);
    proxy.set(Mode::Slow { delay: Duration::from_millis(700), bytes_per_second: 1_000 });
    must_be_away(&register, "database_unreachable").await;
    proxy.set(Mode::Pass);
    must_recover(&register).await;
}

#[actix_web::test]
async fn connections_that_are_cut_are_replaced_before_anybody_notices() {
    let database = Database::empty();
    let proxy = Proxy::before(&database.url);
    let register = register(&proxy.url(), 4).await;
    let row = authority(&register).await;
    for _ in 0..5 {
        at_once((0..8).map(|_| register.get("/v1/themes"))).await;
        proxy.cut();
        sleep(Duration::from_millis(50)).await;
        register.get(&format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap())).await.expect(200);
        authority(&register).await;
    }
}

#[actix_web::test]
async fn a_server_that_is_stopped_at_once_or_in_order_is_used_again_when_it_is_back() {
    let mut server = Server::start();
    let register = register(&server.url(), 4).await;
    must_recover(&register).await;
    let (mut refusals, mut recoveries) = (Vec::new(), Vec::new());
    for name in ["QUIT", "INT", "KILL"] {
        println!("SIG{name}");
        at_once((0..8).map(|_| register.get("/v1/themes"))).await;
        server.end(name);
        refusals.push(must_be_away(&register, "database_unreachable").await);
        server.start_again();
        recoveries.push(must_recover(&register).await);
        authority(&register).await;
    }
    assert!(usual(refusals.clone()) < USUALLY_SOON, "{refusals:?}");
    assert!(usual(recoveries.clone()) < USUAL_RECOVERY, "{recoveries:?}");
}

#[actix_web::test]
async fn a_server_that_is_about_to_stop_says_so() {
    let server = Server::start();
    let register = register(&server.url(), 4).await;
    // It waits for this session, and lets nobody else in.
    let guest = PgConnection::establish(&server.url()).unwrap();
    server.signal("TERM");
    let begun = Instant::now();
    while PgConnection::establish(&server.url()).is_ok() && begun.elapsed() < SOON {
        sleep(Duration::from_millis(20)).await;
    }
    must_not_be_ready(&register, "database_restarting").await;
    let begun = Instant::now();
    unavailable(register.get("/v1/themes").await, begun);
    drop(guest);
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pid: i32,
}

#[actix_web::test]
async fn a_crash_of_another_process_of_the_server_is_survived() {
    let server = Server::start();
    let register = register(&server.url(), 4).await;
    must_recover(&register).await;
    let mut victim = PgConnection::establish(&server.url()).unwrap();
    let backend = diesel::sql_query("select pg_backend_pid() as pid").get_result::<Backend>(&mut victim).unwrap();
    signal(u32::try_from(backend.pid).unwrap(), "KILL");
    // The others are ended, and the server recovers before it lets anybody in.
    assert!(victim.batch_execute("select 1").is_err());
    while PgConnection::establish(&server.url()).is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    must_recover(&register).await;
    authority(&register).await;
}

fn execute(database: &Database, statement: &str) {
    database.connect().batch_execute(statement).unwrap();
}

/// Sets what new sessions may do, and ends those that there are.
fn set_read_only(register: &Register, database: &Database, is_read_only: bool) {
    let name = name_in(&database.url);
    execute(database, &format!("alter database {name} set default_transaction_read_only = {is_read_only}"));
    assert!(register.app.db.pool_state().connections > 0);
    execute(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name = 'inspection-register'",
    );
}

#[actix_web::test]
async fn a_database_that_takes_no_changes_is_read_and_becomes_writable_again() {
    let database = Database::empty();
    let register = register(&database.url, 4).await;
    must_recover(&register).await;
    set_read_only(&register, &database, true);
    register.get("/v1/themes").await.expect(200);
    let begun = Instant::now();
    unavailable(register.post("/v1/authorities", &new_authority()).await, begun);
    must_not_be_ready(&register, "database_read_only").await;

    // Sessions stay as they were begun: the register itself sees to it that it has others.
    let name = name_in(&database.url);
    let mut conn = database.connect();
    conn.batch_execute("set default_transaction_read_only = false").unwrap();
    conn.batch_execute(&format!("alter database {name} reset default_transaction_read_only")).unwrap();
    must_recover(&register).await;
    authority(&register).await;
}

#[actix_web::test]
async fn a_database_that_lets_nobody_in_is_not_ready() {
    let database = Database::empty();
    let register = register(&as_user(&database.url, "nobody"), 2).await;
    must_not_be_ready(&register, "database_refuses").await;
    let begun = Instant::now();
    unavailable(register.get("/v1/themes").await, begun);
}
