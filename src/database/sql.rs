//! SQL functions, sortable dates, and a builder of statements.

use diesel::data_types::PgDate;
use diesel::define_sql_function;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::prelude::QueryableByName;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Array, BigInt, Date as SqlDate, HasSqlType, Jsonb, Nullable, Text, Uuid};
use diesel_full_text_search::TsQuery;

use crate::values::date::Date;

define_sql_function! {
    /// The day, or a day before all others; for descending order.
    fn or_distant_past(day: Nullable<SqlDate>) -> SqlDate;
}
define_sql_function! {
    /// The day, or a day after all others; for ascending order.
    fn or_distant_future(day: Nullable<SqlDate>) -> SqlDate;
}
define_sql_function! {
    /// The first of two days that is not absent.
    fn coalesce(first: Nullable<SqlDate>, second: SqlDate) -> SqlDate;
}
define_sql_function! {
    /// The words of a text, for comparison.
    fn folded(content: Text) -> Text;
}
define_sql_function! {
    /// Each name folded.
    fn folded_each(names: Array<Text>) -> Array<Text>;
}
define_sql_function! {
    /// Former GSS codes without their days.
    fn former_gss_codes(former_codes: Jsonb) -> Array<Text>;
}
define_sql_function! {
    /// The query of a web search over folded text.
    fn question(words: Text) -> TsQuery;
}
define_sql_function! {
    /// The text in lower case.
    fn lower(text: Text) -> Text;
}
define_sql_function! {
    /// The position below which no transaction is in progress.
    fn event_horizon() -> BigInt;
}

define_sql_function! {
    /// Whether the other authority is this one or its predecessor. Locks the succession until the transaction ends.
    fn is_same_or_predecessor(authority: Uuid, other: Uuid) -> Bool;
}
define_sql_function! {
    /// Whether a plan, an action, an examination or an intervention of the successor refers to an inspection of the
    /// predecessor.
    fn is_succession_relied_on(predecessor: Uuid, successor: Uuid) -> Bool;
}
define_sql_function! {
    /// The state of an improvement plan on an earlier day.
    fn improvement_plan_state_on(state: Text, endorsed_on: Nullable<SqlDate>, ends_on: Nullable<SqlDate>, day: SqlDate) -> Text;
}

define_sql_function! {
    /// Tries to take an advisory lock until the transaction ends. Returns whether it was free.
    fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
}
define_sql_function! {
    /// A hash of a text.
    fn hashtextextended(text: Text, seed: BigInt) -> BigInt;
}

/// A sortable date, which may be infinite.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlDate)]
pub enum Bound {
    /// Before all days.
    DistantPast,
    /// A day.
    Day(Date),
    /// After all days.
    DistantFuture,
}

impl Bound {
    /// The day, or before all days.
    #[must_use]
    pub fn or_past(day: Option<Date>) -> Self {
        day.map_or(Self::DistantPast, Self::Day)
    }

    /// The day, or after all days.
    #[must_use]
    pub fn or_future(day: Option<Date>) -> Self {
        day.map_or(Self::DistantFuture, Self::Day)
    }
}

impl ToSql<SqlDate, Pg> for Bound {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // PostgreSQL represents infinite dates as the least and the greatest number.
        match self {
            Self::DistantPast => ToSql::<SqlDate, Pg>::to_sql(&PgDate(i32::MIN), &mut out.reborrow()),
            Self::DistantFuture => ToSql::<SqlDate, Pg>::to_sql(&PgDate(i32::MAX), &mut out.reborrow()),
            Self::Day(day) => ToSql::<SqlDate, Pg>::to_sql(day, out),
        }
    }
}

/// The row of a statement that counts: `select count(*) as total`.
#[derive(QueryableByName)]
pub struct Total {
    /// How many rows there are.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// A statement that is put together from parts. All text is written in the program; values are bound.
pub struct Statement<'a> {
    query: BoxedSqlQuery<'a, Pg, SqlQuery>,
    values: usize,
}

impl<'a> Statement<'a> {
    /// A statement that starts with this SQL.
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self { query: diesel::sql_query(text).into_boxed(), values: 0 }
    }

    /// Appends SQL.
    #[must_use]
    pub fn text(self, text: &'static str) -> Self {
        Self { query: self.query.sql(text), ..self }
    }

    /// Appends SQL with a value of the SQL type `S` for each `?`.
    #[must_use]
    pub fn value<S, V>(self, text: &'static str, value: V) -> Self
    where
        Pg: HasSqlType<S>,
        S: Send + 'a,
        V: ToSql<S, Pg> + Send + 'a,
    {
        let values = self.values + 1;
        Self { query: self.query.sql(text.replace('?', &format!("${values}"))).bind::<S, V>(value), values }
    }

    /// The complete statement.
    pub fn query(self) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
        self.query
    }
}
