//! Every class of error that the server knows, from a real one, and what the register makes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use inspection_register::error::{ApiError, ConstraintExt, DatabaseFault, ProblemCode};

use super::server::Server;
use super::{RECOVERY, as_user, must_recover, name_in};
use crate::support::Register;

/// A register that has a connection.
async fn warm() -> Register {
    let register = Register::empty().await;
    must_recover(&register).await;
    register
}

/// What a read finds, however long the machine takes to connect.
async fn read<T: Send + 'static>(register: &Register, work: fn(&mut PgConnection) -> Result<T, ApiError>) -> T {
    let begun = Instant::now();
    loop {
        match register.app.db.read(work).await {
            Err(error) if error.code() == ProblemCode::Unavailable && begun.elapsed() < 10 * RECOVERY => {}
            outcome => return outcome.unwrap(),
        }
    }
}

/// What becomes of a transaction with these statements.
async fn outcome_of(register: &Register, statements: &'static str) -> ApiError {
    let work = move |conn: &mut PgConnection| Ok(conn.batch_execute(statements)?);
    register.app.db.write(work).await.unwrap_err()
}

/// Whether an error is this fault, or the register's own if there is none.
fn is(error: &ApiError, expected: Option<DatabaseFault>) -> bool {
    match (error, expected) {
        (ApiError::Database(fault, _), Some(expected)) => *fault == expected,
        (ApiError::Internal(_), None) => true,
        _ => false,
    }
}

#[actix_web::test]
async fn every_class_of_error_has_its_meaning() {
    let register = warm().await;
    let mut holder = register.database.connect();
    holder.batch_execute("create table held as select 1 as a").unwrap();
    holder.batch_execute("begin; select from held for update").unwrap();
    for (state, statements, expected) in [
        ("23505", "create temp table rows (a int primary key); insert into rows values (1), (1)", None),
        (
            "23503",
            "create temp table rows (a int primary key); create temp table parts (a int references rows);
             insert into parts values (1)",
            None,
        ),
        ("23514", "create temp table rows (a int check (a > 0)); insert into rows values (0)", None),
        ("23502", "create temp table rows (a int not null); insert into rows values (null)", None),
        ("23P01", "create temp table rows (a int, exclude (a with =)); insert into rows values (1), (1)", None),
        ("23001", "do $$ begin raise exception using errcode = 'restrict_violation'; end $$", None),
        (
            "40001",
            "do $$ begin raise exception using errcode = 'serialization_failure'; end $$",
            Some(DatabaseFault::Collision),
        ),
        ("55P03", "set local lock_timeout = '50ms'; select from held for update", Some(DatabaseFault::TooSlow)),
        ("55P03 at once", "select from held for update nowait", Some(DatabaseFault::TooSlow)),
        ("57014", "set local statement_timeout = '50ms'; select pg_sleep(5)", Some(DatabaseFault::TooSlow)),
        ("57014 by a person", "select pg_cancel_backend(pg_backend_pid()), pg_sleep(5)", Some(DatabaseFault::TooSlow)),
        ("57P01", "select pg_terminate_backend(pg_backend_pid())", Some(DatabaseFault::ConnectionLost)),
        ("25006", "set transaction read only; delete from themes", Some(DatabaseFault::ReadOnly)),
        ("53100", "copy (select repeat('x', 100000)) to '/dev/full'", Some(DatabaseFault::Exhausted)),
        (
            "53400",
            "set local temp_file_limit = '64kB'; set local work_mem = '64kB';
             select count(*) from (select md5(i::text) from generate_series(1, 50000) i order by 1) numbers",
            Some(DatabaseFault::Exhausted),
        ),
        ("22003", "select 2147483647 + 1", None),
        ("22P02", "select 'deadlock detected'::integer", None),
        ("22007", "select 'no day'::date", None),
        ("22012", "select 1 / 0", None),
        ("54000", "select to_tsvector(string_agg(md5(i::text), ' ')) from generate_series(1, 60000) i", None),
        (
            "54000 of an index",
            "create temp table rows (a text primary key);
             insert into rows select string_agg(md5(i::text), '') from generate_series(1, 1000) i",
            None,
        ),
        ("42P01", "select from nothing_of_that_name", Some(DatabaseFault::SchemaBehind)),
        ("42703", "select nothing_of_that_name from themes", Some(DatabaseFault::SchemaBehind)),
        ("42883", "select nothing_of_that_name()", Some(DatabaseFault::SchemaBehind)),
        ("42704", "select null::nothing_of_that_name", Some(DatabaseFault::SchemaBehind)),
        ("3F000", "create table nothing_of_that_name.rows (a int)", Some(DatabaseFault::SchemaBehind)),
        (
            "0A000",
            "create temp table rows (a int); prepare old as select * from rows; alter table rows add column b int;
             execute old",
            Some(DatabaseFault::ConnectionLost),
        ),
        ("42501", "set local role pg_monitor; select from authorities", None),
        ("42601", "this is no statement", None),
    ] {
        let error = outcome_of(&register, statements).await;
        assert!(is(&error, expected), "{state}: {error:?}");
        let code = if expected.is_some() { "unavailable" } else { "internal" };
        assert_eq!(error.code().as_str(), code, "{state}");
        // Whatever it was, the next one is served.
        register.get("/v1/themes").await.expect(200);
    }
}

#[actix_web::test]
async fn a_text_that_the_server_cannot_hold_is_our_own_mistake() {
    let register = warm().await;
    let work = |conn: &mut PgConnection| Ok(select("a\0b".into_sql::<Text>()).get_result::<String>(conn)?);
    let error = register.app.db.read(work).await.unwrap_err();
    assert!(is(&error, None), "{error:?}");
}

#[actix_web::test]
async fn whoever_writes_a_statement_says_what_its_constraints_mean() {
    let register = warm().await;
    let work = |conn: &mut PgConnection| {
        conn.batch_execute("create temp table rows (a int, constraint rows_a_check check (a > 0))")?;
        conn.batch_execute("insert into rows values (0)")
            .on_constraint(|name| (name == "rows_a_check").then(|| ApiError::conflict("a is too small")))
    };
    let error = register.app.db.write(work).await.unwrap_err();
    assert_eq!(error.code().as_str(), "conflict");
}

#[actix_web::test]
async fn a_session_that_the_server_ends_is_replaced_once() {
    let register = warm().await;
    for (idle_runs, expected_runs) in [(1, 2), (9, 2)] {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let work = move |conn: &mut PgConnection| {
            conn.batch_execute("set local idle_in_transaction_session_timeout = '20ms'")?;
            if counted.fetch_add(1, Ordering::SeqCst) < idle_runs {
                std::thread::sleep(Duration::from_millis(500));
            }
            Ok(conn.batch_execute("select 1")?)
        };
        let outcome = register.app.db.write(work).await;
        assert_eq!(runs.load(Ordering::SeqCst), expected_runs, "25P03");
        match outcome {
            Ok(()) => assert_eq!(idle_runs, 1),
            Err(error) => assert!(is(&error, Some(DatabaseFault::ConnectionLost)), "{error:?}"),
        }
    }
}

#[actix_web::test]
async fn a_server_without_a_place_for_us_is_unavailable() {
    let register = warm().await;
    let mut conn = register.database.connect();
    let name = name_in(&register.database.url);
    let user = format!("user_of_{name}");
    conn.batch_execute(&format!("create role {user} login connection limit 0")).unwrap();
    let narrow = super::register(&as_user(&register.database.url, &user), 2).await;
    let begun = Instant::now();
    super::unavailable(narrow.get("/v1/themes").await, begun);
    super::must_not_be_ready(&narrow, "database_refuses").await;
    conn.batch_execute(&format!("drop role {user}")).unwrap();
}

/// Connections as many as the server has, and what it says to the next.
fn all_connections(url: &str) -> (Vec<PgConnection>, String) {
    let mut taken = Vec::new();
    loop {
        match PgConnection::establish(url) {
            Ok(connection) => taken.push(connection),
            Err(refusal) => return (taken, refusal.to_string()),
        }
    }
}

#[actix_web::test]
async fn a_server_that_has_nothing_left_is_unavailable_until_it_has() {
    let server = Server::start();
    let register = super::register(&server.url(), 2).await;
    must_recover(&register).await;
    let error = outcome_of(&register, "select pg_advisory_xact_lock(i) from generate_series(1, 1000000) i").await;
    assert!(is(&error, Some(DatabaseFault::Exhausted)), "53200: {error:?}");
    register.get("/v1/themes").await.expect(200);

    PgConnection::establish(&server.url()).unwrap().batch_execute("create role ordinary login").unwrap();
    let (ordinary, refusal) = all_connections(&as_user(&server.url(), "ordinary"));
    assert!(refusal.contains("remaining connection slots are reserved"), "{refusal}");
    let (reserved, refusal) = all_connections(&server.url());
    assert!(refusal.contains("sorry, too many clients already"), "{refusal}");
    let another = super::register(&server.url(), 2).await;
    let begun = Instant::now();
    super::unavailable(another.get("/v1/themes").await, begun);
    super::must_not_be_ready(&another, "database_refuses").await;
    drop((ordinary, reserved));
    must_recover(&another).await;
}

/// What language the server speaks.
fn language(conn: &mut PgConnection) -> Result<String, ApiError> {
    Ok(select(sql::<Text>("current_setting('lc_messages')")).get_result(conn)?)
}

#[actix_web::test]
async fn an_ordinary_user_is_told_of_errors_in_english() {
    let register = warm().await;
    let mut conn = register.database.connect();
    let name = name_in(&register.database.url);
    let user = format!("user_of_{name}");
    let spoken = |url: &str| language(&mut PgConnection::establish(url).unwrap()).unwrap();
    let url = as_user(&register.database.url, &user);

    conn.batch_execute(&format!("create role {user} login; alter database {name} set lc_messages = 'C.utf8'")).unwrap();
    assert_eq!(spoken(&url), "C.utf8");
    let refused = PgConnection::establish(&url).unwrap().batch_execute("set lc_messages = 'C'");
    assert!(refused.unwrap_err().to_string().contains("permission denied"));

    // Its sessions do not speak the language either, and are served.
    let ordinary = super::register(&url, 2).await;
    assert_eq!(read(&ordinary, language).await, "C.utf8");
    conn.batch_execute(&format!("grant set on parameter lc_messages to {user}")).unwrap();
    let granted = super::register(&url, 2).await;
    assert_eq!(read(&granted, language).await, "C");

    // An owner who is a superuser settles it for all.
    inspection_register::import::upgrade::upgrade(&register.database.url).unwrap();
    assert_eq!(spoken(&url), "C");
    drop((ordinary, granted));
    conn.batch_execute(&format!("revoke set on parameter lc_messages from {user}; drop role {user}")).unwrap();
}

#[actix_web::test]
async fn a_session_that_is_left_alone_ends_by_itself() {
    let register = warm().await;
    let limits = "(select count(*)::integer from pg_settings where setting::integer > 0 and name in
                  ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout'))";
    let count = move |conn: &mut PgConnection| Ok(select(sql::<Integer>(limits)).get_result::<i32>(conn)?);
    assert_eq!(register.app.db.read(count).await.unwrap(), 4);
}
