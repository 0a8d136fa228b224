//! Migrations beside those who read, beside each other, and killed.

use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_migrations::MigrationHarness;
use inspection_register::database::migrate::{self, MIGRATIONS};
use inspection_register::database::pool::Db;
use inspection_register::import::upgrade;

use crate::operations::program::{Folder, command};
use crate::schema::catalogue;
use crate::support::database::Database;
use crate::support::{Register, at_once};

const LIMIT: Duration = Duration::from_secs(60);

/// A database that lacks the migration which alters the table of findings, and all after it.
fn old() -> Database {
    let database = Database::empty();
    let mut conn = database.connect();
    let applied = conn.applied_migrations().unwrap();
    let newer = applied.iter().filter(|version| version.to_string().as_str() >= "20261122203000").count();
    assert!(newer > 0, "the migration is gone");
    for _ in 0..newer {
        conn.revert_last_migration(MIGRATIONS).unwrap();
    }
    database
}

fn count(conn: &mut PgConnection, query: &str) -> i64 {
    select(sql::<BigInt>(&format!("({query})"))).get_result(conn).unwrap()
}

/// Waits until a query counts so many.
#[track_caller]
fn wait_for(conn: &mut PgConnection, expected: i64, query: &str) {
    let begun = Instant::now();
    while count(conn, query) != expected {
        assert!(begun.elapsed() < LIMIT, "never {expected}: {query}");
        sleep(Duration::from_millis(10));
    }
}

/// How many migrations wait, for such a lock.
fn waiting(event: &str) -> String {
    format!(
        "select count(*) from pg_stat_activity where datname = current_database()
         and application_name = 'inspection-register migrate' and wait_event_type = 'Lock' and wait_event = '{event}'"
    )
}

#[actix_web::test]
async fn no_reader_is_refused_while_a_migration_waits_for_a_slow_one() {
    let database = old();
    let url = database.url.clone();
    let mut slow_reader = database.connect();
    slow_reader.batch_execute("begin; select from findings").unwrap();
    let register = Register::with(database, |app| app.db = Db::new(&url, 4)).await;
    let migration = spawn({
        let url = url.clone();
        move || upgrade::upgrade(&url)
    });
    let (begun, mut longest) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < Duration::from_secs(5) {
        let asked = Instant::now();
        let reads = ["/v1/findings", "/v1/themes"].repeat(4);
        for answer in at_once(reads.iter().map(|path| register.request(Method::GET, path).anonymous().send())).await {
            answer.expect(200);
        }
        longest = longest.max(asked.elapsed());
    }
    slow_reader.batch_execute("commit").unwrap();
    assert!(!migration.join().unwrap().unwrap().is_empty());
    println!("the longest wait of a reader was {longest:?}");
    assert!(longest > Duration::from_millis(150), "the migration did not wait for the reader: {longest:?}");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    assert_eq!(migrate::pending(&mut register.database.connect()).unwrap(), 0);
}

fn spawn_migrate(url: &str, output: &Path) -> Child {
    let mut command = command(&[("DATABASE_URL", url)]);
    command.arg("migrate").stderr(File::create(output).unwrap()).spawn().unwrap()
}

#[test]
fn of_three_migrations_at_once_one_may_be_killed_in_the_middle() {
    let database = old();
    let expected = catalogue(&mut Database::empty().connect());
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let output = |name: &str| folder.0.join(name);
    let mut watcher = database.connect();
    let mut reader = database.connect();
    reader.batch_execute("begin; select from findings").unwrap();

    let mut killed = spawn_migrate(&database.url, &output("killed"));
    wait_for(&mut watcher, 1, &waiting("relation"));
    let mut others = ["second", "third"].map(|name| spawn_migrate(&database.url, &output(name)));
    wait_for(&mut watcher, 2, &waiting("advisory"));
    wait_for(&mut watcher, 1, &waiting("relation"));
    killed.kill().unwrap();
    assert!(!killed.wait().unwrap().success());
    assert!(migrate::pending(&mut watcher).unwrap() > 0, "it was killed after the end");

    // One of the others takes over while the reader still reads.
    wait_for(&mut watcher, 1, &waiting("advisory"));
    wait_for(&mut watcher, 1, &waiting("relation"));
    reader.batch_execute("commit").unwrap();
    for (other, name) in others.iter_mut().zip(["second", "third"]) {
        assert!(other.wait().unwrap().success(), "{}", std::fs::read_to_string(output(name)).unwrap());
    }
    assert_eq!(migrate::pending(&mut watcher).unwrap(), 0);
    assert_eq!(catalogue(&mut watcher), expected);
    let versions = count(&mut watcher, "select count(*) from __diesel_schema_migrations");
    assert_eq!(versions, count(&mut Database::empty().connect(), "select count(*) from __diesel_schema_migrations"));
    let (themes, frameworks) = ("select count(*) from themes", "select count(*) from frameworks");
    for table in [themes, frameworks] {
        assert_eq!(count(&mut watcher, table), count(&mut Database::empty().connect(), table));
    }
    let left = "select count(*) from pg_locks join pg_database on pg_database.oid = database
                where datname = current_database() and pid <> pg_backend_pid()";
    wait_for(&mut watcher, 0, left);
}
