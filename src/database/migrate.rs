//! Applies pending database migrations.

use std::fmt;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::database::session;
use crate::error::ApiError;

/// The migrations of the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The key of the advisory lock that permits one migration at a time: the letters `register`.
const LOCK: i64 = 0x7265_6769_7374_6572;
/// How long a migration waits for the lock of a table, which readers of the table wait for too. It is shorter than the
/// wait for a connection, so that requests for other tables are not affected.
const LOCK_WAIT: &str = "200ms";
/// The pause before the next attempt, in which the waiting readers use the table.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a migration retries to lock the tables that it needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sets the language of messages to English for this database if the user has the privilege. Errors are classified by
/// their messages, and an ordinary user cannot set the language of a session.
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
}

/// Applies the pending migrations, one process at a time. A migration that cannot lock a table within 200 ms releases
/// its locks and is retried, for a minute. Returns the applied versions, and the connection, which excludes other
/// migrations until it is closed.
///
/// # Errors
///
/// If the database cannot be reached or a migration fails; the migrations before it remain applied.
pub fn migrate(url: &str) -> Result<(Vec<String>, PgConnection), MigrateError> {
    let mut conn = session::connect(url)?;
    let failed = |error: diesel::result::Error| MigrateError::Migration(error.to_string());
    session::call(&mut conn, "inspection-register migrate").map_err(failed)?;
    diesel::sql_query("select pg_advisory_lock($1)").bind::<BigInt, _>(LOCK).execute(&mut conn).map_err(failed)?;
    conn.batch_execute(SPEAK_ENGLISH).map_err(failed)?;
    conn.batch_execute(session::SPEAK_ENGLISH).map_err(failed)?;
    let language = diesel::select(sql::<Text>("current_setting('lc_messages')"));
    let language = language.get_result::<String>(&mut conn).map_err(failed)?;
    if !["C", "POSIX"].contains(&language.as_str()) && !language.starts_with("en") {
        log::warn!(
            "the database server reports errors in {language}, which the service cannot classify; ask a superuser to \
             set lc_messages = 'C' for this database"
        );
    }
    conn.batch_execute(&format!("set lock_timeout = '{LOCK_WAIT}'")).map_err(failed)?;
    let mut applied = Vec::new();
    retry_lock_timeouts(|| {
        while conn.has_pending_migration(MIGRATIONS).map_err(|error| MigrateError::Migration(error.to_string()))? {
            let version = conn.run_next_migration(MIGRATIONS);
            applied.push(version.map_err(|error| MigrateError::Migration(error.to_string()))?.to_string());
        }
        Ok::<_, MigrateError>(())
    })?;
    Ok((applied, conn))
}

/// Retries work that failed with a lock timeout, for a minute.
///
/// # Errors
///
/// Those of `work`.
pub fn retry_lock_timeouts<T, E: fmt::Display>(mut work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    loop {
        match work() {
            Err(error) if started.elapsed() < PATIENCE && error.to_string().contains("lock timeout") => {
                log::warn!("the migration waits for a lock; retrying in {} s: {error}", PAUSE.as_secs());
                std::thread::sleep(PAUSE);
            }
            outcome => return outcome,
        }
    }
}

/// The number of migrations that the database lacks; 0 if its schema is that of the program or newer.
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

/// An applied migration.
#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}
