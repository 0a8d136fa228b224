//! Days from words: when a recommendation is due.

use crate::values::date::Date;

/// The day that a printed timescale gives, counted from a day: `immediately` and `straight away` are the day itself, `N
/// months` and `within N months` so many calendar months later, clamped to the end of the month. Other words give no day.
#[must_use]
pub fn due_on(timescale: &str, from: Date) -> Option<Date> {
    let words = timescale.trim().trim_end_matches('.').to_lowercase();
    match words.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["immediately"] | ["straight", "away"] => Some(from),
        ["within", number, "month" | "months"] | [number, "month" | "months"] => from.plus_months(months(number)?),
        _ => None,
    }
}

fn months(number: &str) -> Option<u32> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let named = (1..).zip(WORDS).find(|(_, word)| *word == number).map(|(value, _)| value);
    named.or_else(|| number.parse().ok()).filter(|months| (1..=60).contains(months))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::due_on;

    #[rstest]
    #[case("Immediately", Some("2012-10-19"))]
    #[case("Within three months", Some("2013-01-19"))]
    #[case("within 6 months.", Some("2013-04-19"))]
    #[case("Within one month", Some("2012-11-19"))]
    #[case("straight away", Some("2012-10-19"))]
    #[case("six months", Some("2013-04-19"))]
    #[case("In the longer run", None)]
    #[case("in due course", None)]
    #[case("within a few months", None)]
    #[case("within 0 months", None)]
    #[case("", None)]
    fn words_give_a_day_or_none(#[case] words: &str, #[case] day: Option<&str>) {
        let due = due_on(words, "2012-10-19".parse().unwrap());
        assert_eq!(due.map(|day| day.to_string()).as_deref(), day);
    }
}
