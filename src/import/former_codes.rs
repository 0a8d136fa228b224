//! The column of former GSS codes: `CODE:FIRST/LAST` of each, separated by `;`, as in an interval of ISO 8601-2. A day that
//! is not known is left out, and `~` after the last day marks it as approximate.

use serde::{Deserialize, Deserializer};

use super::context::split;
use crate::register::authorities::model::FormerCode;

/// The codes of a cell.
#[derive(Debug, Default)]
pub(super) struct FormerCodes(pub(super) Vec<FormerCode>);

impl<'de> Deserialize<'de> for FormerCodes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let cell = String::deserialize(deserializer)?;
        let codes = split(&cell).map(former_code).collect::<Result<_, _>>();
        codes.map(Self).map_err(serde::de::Error::custom)
    }
}

fn former_code(text: &str) -> Result<FormerCode, String> {
    let parts = text.split_once(':').and_then(|(code, days)| Some((code, days.split_once('/')?)));
    let (code, (first, last)) = parts.ok_or("must be CODE:FIRST/LAST with days")?;
    let day = |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some) };
    Ok(FormerCode {
        gss_code: code.parse()?,
        valid_from: day(first)?,
        valid_to: day(last.trim_end_matches('~'))?,
        valid_to_is_approximate: last.ends_with('~'),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::former_code;

    #[rstest]
    #[case("E08000016:/2025-03-31~", None, Some("2025-03-31"), true)]
    #[case("E08000020:2009-01-01/2013-03-31", Some("2009-01-01"), Some("2013-03-31"), false)]
    #[case("E08000020:/", None, None, false)]
    fn a_code_is_read_with_its_days(
        #[case] text: &str,
        #[case] first: Option<&str>,
        #[case] last: Option<&str>,
        #[case] is_approximate: bool,
    ) {
        let code = former_code(text).unwrap();
        assert_eq!(code.gss_code.as_str(), &text[..9]);
        assert_eq!(code.valid_from.map(|day| day.to_string()).as_deref(), first);
        assert_eq!(code.valid_to.map(|day| day.to_string()).as_deref(), last);
        assert_eq!(code.valid_to_is_approximate, is_approximate);
    }

    #[rstest]
    #[case("E08000016")]
    #[case("E08000016:2025-03-31")]
    #[case("E0800001:/2025-03-31")]
    #[case("E08000016:/31 March")]
    fn anything_else_is_refused(#[case] text: &str) {
        former_code(text).unwrap_err();
    }
}
