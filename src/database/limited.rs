//! Reads that end early, so that every response has a limit: the rows of a page end at a number of bytes, rows that are
//! embedded in other resources also at a number for each of these.
//!
//! Rows are read one by one, so that what is left out needs no memory. Where much may be left out, they are read through a
//! cursor of the database, which does not send it. A row counts with its size as JSON.

mod cursor;

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::ControlFlow;

use diesel::pg::{Pg, PgConnection, PgRowByRowLoadingMode};
use diesel::query_builder::{Query, QueryFragment};
use diesel::query_dsl::methods::LoadQuery;
use diesel::result::{Error, QueryResult};
use serde::Serialize;

use self::cursor::Fetch;
use crate::values::id::Id;

/// The number of bytes at which a page ends before its limit.
const PAGE: usize = 1024 * 1024;
/// The number of bytes of all that is embedded in one response.
const EMBEDDED: usize = 4 * 1024 * 1024;
/// The maximum number of rows of one kind that are embedded in one resource.
pub const MOST_OF_EACH: usize = 200;

/// Rows, and whether more follow that were not read.
#[derive(Debug)]
pub struct Rows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub is_cut: bool,
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(rows: Vec<T>) -> Self {
        Self { rows, is_cut: false }
    }
}

impl<T> Rows<T> {
    /// Each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Rows<U> {
        Rows { rows: self.rows.into_iter().map(turn).collect(), is_cut: self.is_cut }
    }
}

/// Loads the rows of a page. They end after the row that exceeds 1 MiB.
pub fn load<'q, T, Q>(query: Q, conn: &mut PgConnection) -> QueryResult<Rows<T>>
where
    T: Serialize,
    Q: LoadQuery<'q, PgConnection, T, PgRowByRowLoadingMode>,
{
    let mut page = Page::default();
    for row in query.load_iter::<T, PgRowByRowLoadingMode>(conn)? {
        if page.add(row?)?.is_break() {
            break;
        }
    }
    if page.rows.is_cut {
        cursor::after_stop(conn, "select 1")?;
    }
    Ok(page.rows)
}

/// As [`load`], of rows that may be larger than a page each.
pub fn load_large<'q, T, Q>(query: Q, conn: &mut PgConnection) -> QueryResult<Rows<T>>
where
    T: Serialize,
    Q: Query + QueryFragment<Pg>,
    Fetch<Q>: LoadQuery<'q, PgConnection, T, PgRowByRowLoadingMode>,
{
    let mut page = Page::default();
    cursor::read(query, conn, |row| page.add(row))?;
    Ok(page.rows)
}

/// The rows of a page, and the room for more of them.
struct Page<T> {
    rows: Rows<T>,
    room: Room,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { rows: Vec::new().into(), room: Room(PAGE) }
    }
}

impl<T: Serialize> Page<T> {
    /// Adds a row, unless the page is full.
    fn add(&mut self, row: T) -> QueryResult<ControlFlow<()>> {
        if self.room.is_full() {
            self.rows.is_cut = true;
            return Ok(ControlFlow::Break(()));
        }
        self.room.take(&row)?;
        self.rows.rows.push(row);
        Ok(ControlFlow::Continue(()))
    }
}

/// The room for what is embedded in one response, in bytes.
#[derive(Debug)]
pub struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(EMBEDDED)
    }
}

impl Room {
    fn is_full(&self) -> bool {
        self.0 == 0
    }

    /// Takes the size of a row, or what is left.
    fn take(&mut self, row: &impl Serialize) -> QueryResult<()> {
        let mut size = Size(0);
        serde_json::to_writer(&mut size, row).map_err(|error| Error::DeserializationError(error.into()))?;
        self.0 = self.0.saturating_sub(size.0);
        Ok(())
    }

    /// Loads rows that are embedded in their owners. The query must order them by owner.
    pub fn load<'q, O, T, Q>(
        &mut self,
        conn: &mut PgConnection,
        owners: &[Id<O>],
        query: Q,
        owner_of: impl Fn(&T) -> Id<O>,
    ) -> QueryResult<EmbeddedRows<O, T>>
    where
        T: Serialize,
        Q: Query + QueryFragment<Pg>,
        Fetch<Q>: LoadQuery<'q, PgConnection, T, PgRowByRowLoadingMode>,
    {
        let (mut read, most) = (0, most_of_all(owners));
        let mut counts = HashMap::<_, usize>::new();
        let mut embedded = EmbeddedRows { rows: Vec::new(), cut: HashSet::new() };
        cursor::read(query, conn, |row: T| {
            let owner = owner_of(&row);
            if self.is_full() || read == most {
                // Nothing was read of those that come later.
                let rest = owners.iter().filter(|other| other.as_uuid() >= owner.as_uuid());
                embedded.cut.extend(rest);
                return Ok(ControlFlow::Break(()));
            }
            read += 1;
            let count = counts.entry(owner).or_default();
            if *count == MOST_OF_EACH {
                embedded.cut.insert(owner);
            } else {
                *count += 1;
                self.take(&row)?;
                embedded.rows.push((owner, row));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(embedded)
    }
}

/// The maximum number of rows that are read of all owners: one more of each than is embedded tells that it has more.
fn most_of_all<O>(owners: &[Id<O>]) -> usize {
    owners.len().saturating_mul(MOST_OF_EACH + 1)
}

/// Rows with the resources in which they are embedded.
#[derive(Debug)]
pub struct EmbeddedRows<O: 'static, T> {
    rows: Vec<(Id<O>, T)>,
    cut: HashSet<Id<O>>,
}

impl<O, T> EmbeddedRows<O, T> {
    /// The rows without their owners.
    #[must_use]
    pub fn into_rows(self) -> Vec<T> {
        self.rows.into_iter().map(|(_, row)| row).collect()
    }

    /// All rows turned into as many of something else.
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub fn turned<U, E>(self, turn: impl FnOnce(Vec<T>) -> Result<Vec<U>, E>) -> Result<EmbeddedRows<O, U>, E> {
        let (owners, rows) = self.rows.into_iter().unzip::<_, _, Vec<_>, _>();
        Ok(EmbeddedRows { rows: owners.into_iter().zip(turn(rows)?).collect(), cut: self.cut })
    }

    /// Each row turned into something else.
    pub fn map<U>(self, mut turn: impl FnMut(T) -> U) -> EmbeddedRows<O, U> {
        EmbeddedRows { rows: self.rows.into_iter().map(|(owner, row)| (owner, turn(row))).collect(), cut: self.cut }
    }
}

/// The rows of one owner, if such rows were loaded. If there are more, notes their name among those that are cut.
pub fn of_owner<O, T: Clone, N>(
    embedded: Option<&EmbeddedRows<O, T>>,
    owner: Id<O>,
    name: N,
    cut: &mut Vec<N>,
) -> Option<Vec<T>> {
    let embedded = embedded?;
    if embedded.cut.contains(&owner) {
        cut.push(name);
    }
    Some(embedded.rows.iter().filter(|(of, _)| *of == owner).map(|(_, row)| row.clone()).collect())
}

/// Counts the bytes that are written.
struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
