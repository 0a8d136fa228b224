//! SQL functions as diesel calls them, and days that sort.

use diesel::data_types::PgDate;
use diesel::define_sql_function;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Array, Date as SqlDate, Nullable, Text};

use crate::date::Date;

define_sql_function! {
    /// The day, or a day before all others: for descending orders.
    fn or_distant_past(day: Nullable<SqlDate>) -> SqlDate;
}
define_sql_function! {
    /// The day, or a day after all others: for ascending orders.
    fn or_distant_future(day: Nullable<SqlDate>) -> SqlDate;
}
define_sql_function! {
    /// Each name in lower case.
    fn lower_each(names: Array<Text>) -> Array<Text>;
}
define_sql_function! {
    /// The text in lower case.
    fn lower(text: Text) -> Text;
}
define_sql_function! {
    /// The position below which no transaction is still under way.
    fn event_horizon() -> BigInt;
}

/// A day that sorts, which may be beyond all days.
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
    /// The day, or the one before all days.
    #[must_use]
    pub fn or_past(day: Option<Date>) -> Self {
        day.map_or(Self::DistantPast, Self::Day)
    }

    /// The day, or the one after all days.
    #[must_use]
    pub fn or_future(day: Option<Date>) -> Self {
        day.map_or(Self::DistantFuture, Self::Day)
    }
}

impl ToSql<SqlDate, Pg> for Bound {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // PostgreSQL keeps the infinite days as the least and the greatest number.
        match self {
            Self::DistantPast => ToSql::<SqlDate, Pg>::to_sql(&PgDate(i32::MIN), &mut out.reborrow()),
            Self::DistantFuture => ToSql::<SqlDate, Pg>::to_sql(&PgDate(i32::MAX), &mut out.reborrow()),
            Self::Day(day) => ToSql::<SqlDate, Pg>::to_sql(day, out),
        }
    }
}

/// A pattern for text that contains this one, in which nothing is a wildcard.
#[must_use]
pub fn contains(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
