//! A cursor of the database: the rows of a query in portions, which ends when no more are wanted.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use diesel::RunQueryDsl;
use diesel::pg::{Pg, PgConnection, PgRowByRowLoadingMode};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::result::QueryResult;

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
    diesel::sql_query("close portions").execute(conn)?;
    Ok(())
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
