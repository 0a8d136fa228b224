//! Date-times in requests.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A date-time of this century in the form of RFC 3339: with upper-case letters, in any time zone, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Timestamp(pub DateTime<Utc>);

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let instant = DateTime::parse_from_rfc3339(text).ok().filter(|_| is_plain(text));
        let expected = || "must be a date-time such as 2027-06-30T12:00:00Z".to_owned();
        instant.map(|instant| Self(instant.to_utc())).ok_or_else(expected)
    }
}

/// Whether the text is written in the one form of RFC 3339 that is accepted: `chrono` also accepts lower-case letters,
/// spaces, leap seconds and any number of digits.
fn is_plain(text: &str) -> bool {
    let Some((second, rest)) = text.split_at_checked("2027-06-30T12:00:00".len()) else { return false };
    let fraction = rest.strip_prefix('.').unwrap_or_default();
    let zone = rest.trim_start_matches(|sign: char| sign == '.' || sign.is_ascii_digit());
    let digits = fraction.len().saturating_sub(zone.len());
    second.starts_with("20")
        && second.get(10..11) == Some("T")
        && !second.ends_with("60")
        && digits <= 6
        && (zone == "Z" || zone.len() == "+01:00".len() && zone.starts_with(['+', '-']))
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Timestamp;

    #[rstest]
    #[case("2027-06-30T12:00:00Z", "2027-06-30T12:00:00+00:00")]
    #[case("2027-06-30T12:00:00.000001Z", "2027-06-30T12:00:00.000001+00:00")]
    #[case("2027-06-30T12:00:00.5+01:00", "2027-06-30T11:00:00.500+00:00")]
    #[case("2028-02-29T23:59:59-23:59", "2028-03-01T23:58:59+00:00")]
    fn an_instant_is_read_in_any_zone(#[case] text: &str, #[case] utc: &str) {
        assert_eq!(text.parse::<Timestamp>().unwrap().0.to_rfc3339(), utc);
    }

    #[rstest]
    #[case("2027-06-30")]
    #[case("2027-06-30T12:00:00")]
    #[case("2027-06-30t12:00:00Z")]
    #[case("2027-06-30T12:00:00z")]
    #[case("2027-06-30 12:00:00Z")]
    #[case("2027-06-30T12:00:60Z")]
    #[case("2027-06-30T24:00:00Z")]
    #[case("2027-02-30T12:00:00Z")]
    #[case("2027-06-30T12:00:00.Z")]
    #[case("2027-06-30T12:00:00.1234567Z")]
    #[case("2027-06-30T12:00:00+0100")]
    #[case("2027-06-30T12:00:00+24:00")]
    #[case("1999-12-31T23:59:59Z")]
    #[case("+12027-06-30T12:00:00Z")]
    #[case("é027-06-30T12:00:00Z")]
    #[case("")]
    fn what_is_no_instant_is_refused(#[case] text: &str) {
        assert!(text.parse::<Timestamp>().is_err());
    }
}
