//! Brings the schema of a database to the program's, and the reference data with it.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::session;
use crate::error::ApiError;
use crate::principal::Principal;
use crate::{events, import};

/// The migrations in the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The advisory lock that one migration at a time holds: the letters `register`.
const LOCK: i64 = 0x7265_6769_7374_6572;
/// How long a migration waits for a table, and readers of that table behind it: less than a request waits for a connection,
/// so that those of other tables notice nothing.
const LOCK_WAIT: &str = "200ms";
/// How long those who waited behind it have the table to themselves.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a migration tries to get the tables that it needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes the server speak English to all who use this database, where the user may decide that: an ordinary user may not
/// choose the language of a session, and failures are told apart by their words.
const SPEAK_ENGLISH: &str = "do $$ begin
    if current_setting('lc_messages') not in ('C', 'POSIX') then
        execute format('alter database %I set lc_messages = %L', current_database(), 'C');
    end if;
exception when insufficient_privilege then
    null;
end $$";

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] ConnectionError),
    /// A statement failed.
    #[error("the migration failed: {0}")]
    Migration(String),
    /// The reference data could not be written.
    #[error("the reference data could not be written: {0}")]
    Reference(#[from] import::ImportError),
}

/// Applies what is pending, one process at a time, writes frameworks and themes, and makes the feed of events whole. What
/// cannot lock a table within 200 ms gives way to the readers behind it and tries again, for a minute.
///
/// # Errors
///
/// If the database cannot be reached or a migration fails; those before it stay applied.
pub fn migrate(url: &str) -> Result<Vec<String>, MigrateError> {
    let mut conn = connect(url)?;
    let failed = |error: diesel::result::Error| MigrateError::Migration(error.to_string());
    conn.batch_execute("set application_name = 'inspection-register migrate'").map_err(failed)?;
    diesel::sql_query("select pg_advisory_lock($1)").bind::<BigInt, _>(LOCK).execute(&mut conn).map_err(failed)?;
    conn.batch_execute(SPEAK_ENGLISH).map_err(failed)?;
    conn.batch_execute(session::SPEAK_ENGLISH).map_err(failed)?;
    let language = diesel::select(sql::<Text>("current_setting('lc_messages')"));
    let language = language.get_result::<String>(&mut conn).map_err(failed)?;
    if !["C", "POSIX"].contains(&language.as_str()) && !language.starts_with("en") {
        log::warn!("the server's messages are in {language}: have a superuser set lc_messages to C for this database");
    }
    conn.batch_execute(&format!("set lock_timeout = '{LOCK_WAIT}'")).map_err(failed)?;
    let mut applied = Vec::new();
    patiently(|| {
        while conn.has_pending_migration(MIGRATIONS).map_err(|error| MigrateError::Migration(error.to_string()))? {
            let version = conn.run_next_migration(MIGRATIONS);
            applied.push(version.map_err(|error| MigrateError::Migration(error.to_string()))?.to_string());
        }
        Ok(())
    })?;
    patiently(|| Ok(import::reference(&mut conn)?))?;
    patiently(|| complete_events(&mut conn).map_err(|error| MigrateError::Migration(error.to_string())))?;
    Ok(applied)
}

/// Tries again what waited too long for a lock.
fn patiently<T>(mut work: impl FnMut() -> Result<T, MigrateError>) -> Result<T, MigrateError> {
    let begun = Instant::now();
    loop {
        match work() {
            Err(error) if begun.elapsed() < PATIENCE && error.to_string().contains("lock timeout") => {
                log::warn!("it gives way, and tries again: {error}");
                std::thread::sleep(PAUSE);
            }
            outcome => return outcome,
        }
    }
}

/// Makes the feed of events whole: a register that is older than its events tells of what it holds, and one that was
/// restored into a new cluster, whose transaction ids begin anew, puts what comes after what it has.
fn complete_events(conn: &mut PgConnection) -> Result<(), ApiError> {
    conn.transaction(|conn| {
        events::query::lead(conn)?;
        events::query::beginnings::record(conn, &Principal::migrate())
    })
}

/// Opens a connection outside the pool, trying for ten seconds: a database may be starting.
///
/// # Errors
///
/// If the database refuses for so long.
pub fn connect(url: &str) -> Result<PgConnection, ConnectionError> {
    let url = session::bounded(url);
    let mut attempts = 0;
    loop {
        match PgConnection::establish(&url) {
            Err(error) if attempts < 20 => {
                log::warn!("the database does not answer yet: {error}");
                attempts += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
            outcome => return outcome,
        }
    }
}

/// How many migrations the database lacks; none if its schema is the program's or newer.
///
/// # Errors
///
/// If the database does not answer.
pub fn pending(conn: &mut PgConnection) -> Result<usize, ApiError> {
    let known =
        MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| ApiError::Internal(error.to_string()))?;
    let has_history = diesel::select(sql::<Bool>("to_regclass('__diesel_schema_migrations') is not null"));
    if !has_history.get_result::<bool>(conn)? {
        return Ok(known.len());
    }
    let applied = diesel::sql_query("select version from __diesel_schema_migrations").load::<Applied>(conn)?;
    let lacks = |version: &str| !applied.iter().any(|applied| applied.version == version);
    Ok(known.iter().filter(|migration| lacks(&migration.name().version().to_string())).count())
}

/// A migration that the database has.
#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}
