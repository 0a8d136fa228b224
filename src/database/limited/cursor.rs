//! A cursor of the database: the rows of a query in portions, which ends when no more are wanted.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::pg::{Pg, PgConnection, PgRowByRowLoadingMode};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::result::{DatabaseErrorKind, Error, QueryResult};

/// The number of rows in a portion.
const PORTION: usize = 20;

/// Gives each row of a query to a function, until that has enough. Needs a transaction.
pub fn read<'q, T, Q>(
    query: Q,
    conn: &mut PgConnection,
    mut take: impl FnMut(T) -> QueryResult<ControlFlow<()>>,
) -> QueryResult<()>
where
    Q: Query + QueryFragment<Pg>,
    Fetch<Q>: LoadQuery<'q, PgConnection, T, PgRowByRowLoadingMode>,
{
    Declare(query).execute(conn)?;
    loop {
        let (mut count, mut is_enough) = (0, false);
        for row in Fetch::<Q>(PhantomData).load_iter::<T, PgRowByRowLoadingMode>(conn)? {
            count += 1;
            is_enough = take(row?)?.is_break();
            if is_enough {
                break;
            }
        }
        if is_enough || count < PORTION {
            break;
        }
    }
    after_stop(conn, "close portions")
}

/// Runs a statement after rows were not read to their end. The library reads the rest, and does not report if the server
/// cancels it meanwhile; the statement fails then.
pub fn after_stop(conn: &mut PgConnection, statement: &str) -> QueryResult<()> {
    let cancelled = || Box::new("canceling statement due to statement timeout, after an early stop".to_owned());
    conn.batch_execute(statement).map_err(|error| match error {
        Error::DatabaseError(_, reason) if reason.message().starts_with("current transaction is aborted") => {
            Error::DatabaseError(DatabaseErrorKind::Unknown, cancelled())
        }
        error => error,
    })
}

/// Declares the cursor.
struct Declare<Q>(Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Declare<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("declare portions no scroll cursor for ");
        self.0.walk_ast(out.reborrow())
    }
}

impl<Q> QueryId for Declare<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> RunQueryDsl<PgConnection> for Declare<Q> {}

/// The next portion of the rows of a query.
pub struct Fetch<Q>(PhantomData<Q>);

impl<Q: Query> Query for Fetch<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryFragment<Pg> for Fetch<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(&format!("fetch forward {PORTION} from portions"));
        Ok(())
    }
}

impl<Q> QueryId for Fetch<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> RunQueryDsl<PgConnection> for Fetch<Q> {}
