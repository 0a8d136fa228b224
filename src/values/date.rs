//! Days of the civil calendar, and the current day in London.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc, Weekday};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A day, written `YYYY-MM-DD`, from 1900 to 2100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Date)]
pub struct Date(NaiveDate);

impl Date {
    /// The current day in London: publication dates are dates in London.
    #[must_use]
    pub fn today() -> Self {
        Self::of(Utc::now())
    }

    /// The day in London at an instant.
    #[must_use]
    pub fn of(instant: DateTime<Utc>) -> Self {
        Self(instant.with_timezone(&chrono_tz::Europe::London).date_naive())
    }

    /// The number of days from `earlier` to this day.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// The same day of a later month, or the last day of that month if it is shorter.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Option<Self> {
        self.0.checked_add_months(Months::new(months)).map(Self)
    }

    /// The day after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.succ_opt().map(Self)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Whether it is a Saturday or a Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Sat | Weekday::Sun)
    }
}

impl FromStr for Date {
    type Err = String;

    /// `chrono` also accepts signs, missing zeros and years of five digits; a date is accepted only if it prints as the
    /// same text.
    fn from_str(text: &str) -> Result<Self, String> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text);
        match date {
            Some(date) if (1900..=2100).contains(&date.year()) => Ok(Self(date)),
            Some(_) => Err("must be a date from 1900 to 2100".to_owned()),
            None => Err("must be a date written YYYY-MM-DD".to_owned()),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl ToSql<sql_types::Date, Pg> for Date {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <NaiveDate as ToSql<sql_types::Date, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<sql_types::Date, Pg> for Date {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <NaiveDate as FromSql<sql_types::Date, Pg>>::from_sql(value).map(Self)
    }
}

impl PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).into()
    }
}

impl ToSchema for Date {}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Date;

    #[rstest]
    #[case("2024-02-29")]
    #[case("1900-01-01")]
    #[case("2100-12-31")]
    fn a_day_is_read_and_written_alike(#[case] text: &str) {
        assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
    }

    #[rstest]
    #[case("2023-02-29")]
    #[case("2024-2-3")]
    #[case(" 2024-02-03")]
    #[case("0000-01-01")]
    #[case("+262142-12-31")]
    #[case("-5000-01-01")]
    #[case("1899-12-31")]
    #[case("2101-01-01")]
    #[case("2024-02-03T00:00:00Z")]
    #[case("٢٠٢٤-٠٢-٠٣")]
    #[case("")]
    fn what_is_no_day_is_refused(#[case] text: &str) {
        assert!(text.parse::<Date>().is_err());
    }

    #[rstest]
    #[case("2026-07-15T22:59:59Z", "2026-07-15")]
    #[case("2026-07-15T23:00:00Z", "2026-07-16")]
    #[case("2026-07-16T22:59:59Z", "2026-07-16")]
    #[case("2026-01-15T23:59:59Z", "2026-01-15")]
    #[case("2026-01-16T00:00:00Z", "2026-01-16")]
    // Summer time begins on 29 March at one in the morning, and ends on 25 October.
    #[case("2026-03-28T23:30:00Z", "2026-03-28")]
    #[case("2026-03-29T23:30:00Z", "2026-03-30")]
    #[case("2026-10-24T23:30:00Z", "2026-10-25")]
    #[case("2026-10-25T23:30:00Z", "2026-10-25")]
    #[case("2025-12-31T23:59:59Z", "2025-12-31")]
    fn a_day_begins_at_midnight_in_london(#[case] instant: &str, #[case] day: &str) {
        assert_eq!(Date::of(instant.parse().unwrap()).to_string(), day);
    }

    #[rstest]
    #[case("2012-10-19", 3, "2013-01-19")]
    #[case("2023-11-30", 3, "2024-02-29")]
    #[case("2022-11-30", 3, "2023-02-28")]
    #[case("2012-08-31", 6, "2013-02-28")]
    fn months_are_clamped_to_their_end(#[case] day: &str, #[case] months: u32, #[case] later: &str) {
        assert_eq!(day.parse::<Date>().unwrap().plus_months(months).unwrap().to_string(), later);
    }
}
