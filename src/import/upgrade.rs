//! Upgrades a database to the version of the program: the schema, then the reference data, then the events, then the
//! corrections of the built-in data.

use diesel::Connection;
use diesel::pg::PgConnection;

use super::corrections::Corrected;
use super::reading::Reader;
use super::{ImportError, Source, authority_corrections, corrections, unrecorded};
use crate::access::caller::Caller;
use crate::database::migrate::{self, MigrateError};
use crate::error::ApiError;
use crate::register::events;

/// Why a database could not be upgraded.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// The schema could not be migrated.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The reference data could not be written.
    #[error("cannot write the data of the program: {0}")]
    Reference(#[from] ImportError),
    /// Events could not be recorded.
    #[error("cannot record the missing events: {0}")]
    Events(#[from] ApiError),
    /// The built-in data could not be corrected.
    #[error("cannot correct the built-in data: {0}")]
    Corrections(ImportError),
}

/// Applies pending migrations, writes frameworks and themes, records missing events, and makes the corrections of the
/// built-in data that the register lacks. Only one process does so at a time. Returns the versions of the migrations that
/// were applied.
///
/// # Errors
///
/// If the database cannot be reached, or one of the steps fails; those before it stay done.
pub fn upgrade(url: &str) -> Result<Vec<String>, UpgradeError> {
    let (applied, mut conn) = migrate::migrate(url)?;
    migrate::retry_lock_timeouts(|| super::reference(&mut conn))?;
    migrate::retry_lock_timeouts(|| complete_events(&mut conn))?;
    migrate::retry_lock_timeouts(|| conn.transaction(authority_corrections::apply))
        .map_err(UpgradeError::Corrections)?;
    let corrected = migrate::retry_lock_timeouts(|| correct(&mut conn)).map_err(UpgradeError::Corrections)?;
    if corrected.made > 0 {
        log::info!("corrected {} records of the built-in data", corrected.made);
    }
    corrected.notes.iter().for_each(|note| log::info!("{note}"));
    Ok(applied)
}

/// Records a `created` event for each row of a register from before there were events. Also raises the positions of a
/// register that was restored into a new cluster, whose transaction ids start again, above those of its events.
fn complete_events(conn: &mut PgConnection) -> Result<(), ApiError> {
    conn.transaction(|conn| {
        events::query::lead(conn)?;
        unrecorded::record(conn, &Caller::migrate())
    })
}

/// Makes the corrections of the built-in data that the register lacks.
fn correct(conn: &mut PgConnection) -> Result<Corrected, ImportError> {
    conn.transaction(|conn| {
        let mut reader = Reader::new(&Source::BuiltIn);
        let corrected = corrections::make(conn, &Caller::migrate(), &mut reader)?;
        reader.finish()?;
        Ok(corrected)
    })
}
