//! One database a test, made from a template.

use std::process;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use inspection_register::import::{self, upgrade};

use super::keys::{add_admin, add_example};
use super::server;

/// A database that is dropped with its owner.
#[derive(Debug)]
pub struct Database {
    name: String,
    pub url: String,
}

impl Database {
    /// A database with frameworks, themes and the administrator's key alone.
    pub fn empty() -> Self {
        static TEMPLATE: OnceLock<&'static str> = OnceLock::new();
        Self::from(TEMPLATE.get_or_init(|| template("template_empty", |_| {})))
    }

    /// A database with the data that comes with the program, and the keys of the tests.
    pub fn real() -> Self {
        static TEMPLATE: OnceLock<&'static str> = OnceLock::new();
        let fill = |url: &str| {
            import::run(url, &import::Source::BuiltIn).unwrap();
            add_example(&mut PgConnection::establish(url).unwrap());
        };
        Self::from(TEMPLATE.get_or_init(|| template("template_real", fill)))
    }

    /// A database without any table.
    pub fn bare() -> Self {
        Self::from("template0")
    }

    fn from(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        execute(&format!("create database {name} template {template} strategy file_copy"));
        Self { url: server::url(&name), name }
    }

    /// A database with the same rows.
    pub fn copy(&self) -> Self {
        self.end_connections();
        let copy = Self::from(&self.name);
        execute(&format!("alter database {} allow_connections true", self.name));
        copy
    }

    /// Lets it be copied at any time, and used for nothing else.
    pub fn into_template(self) -> Template {
        self.end_connections();
        Template(self)
    }

    /// Ends all connections and lets nobody open others: a template must have none. Those of a pool are opened again when
    /// they are needed.
    fn end_connections(&self) {
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = ";
        execute(&format!("alter database {0} allow_connections false; {end} '{0}'", self.name));
    }

    /// A connection to it.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }
}

/// A connection to a database, and the number of statements that it has been given.
pub fn counting(database: &Database) -> (PgConnection, Arc<AtomicUsize>) {
    let mut connection = database.connect();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    (connection, count)
}

/// A database that only copies are made of, as many at a time as are wanted.
#[derive(Debug)]
pub struct Template(Database);

impl Template {
    /// A database with the same rows.
    pub fn copy(&self) -> Database {
        Database::from(&self.0.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        execute(&format!("drop database {} with (force)", self.name));
    }
}

/// Makes a template, unless another process of the run has made it. It gets its name when it is whole.
fn template(name: &'static str, fill: impl FnOnce(&str)) -> &'static str {
    let mut server = PgConnection::establish(&server::url("postgres")).unwrap();
    // The end of the connection releases the lock.
    server.batch_execute(&format!("select pg_advisory_lock(hashtext('{name}'))")).unwrap();
    let exists = format!("exists (select from pg_database where datname = '{name}')");
    if select(sql::<Bool>(&exists)).get_result::<bool>(&mut server).unwrap() {
        return name;
    }
    let unfinished = format!("{name}_{}", process::id());
    server.batch_execute(&format!("create database {unfinished}")).unwrap();
    let url = server::url(&unfinished);
    upgrade::upgrade(&url).unwrap();
    fill(&url);
    let mut conn = PgConnection::establish(&url).unwrap();
    add_admin(&mut conn);
    settle(&mut conn);
    drop(conn);
    server.batch_execute(&format!("alter database {unfinished} rename to {name}")).unwrap();
    name
}

/// Waits until the feed shows every event that is there: transactions of other tests, begun before, hold it back.
pub fn settle(conn: &mut PgConnection) {
    let is_settled = "select coalesce(max(position) < event_horizon(), true) from events";
    for _ in 0..600 {
        if select(sql::<Bool>(&format!("({is_settled})"))).get_result::<bool>(conn).unwrap() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("the feed does not settle");
}

fn execute(statement: &str) {
    PgConnection::establish(&server::url("postgres")).unwrap().batch_execute(statement).unwrap();
}
