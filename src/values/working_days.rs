//! Working days in England as the law defines them: all days except Saturday, Sunday, Christmas Day, Good Friday and
//! the bank holidays of England (the Education and Inspections Act 2006 (Inspection of Local Authorities) Regulations
//! 2007, SI 2007/462, regulation 1(2)). The holidays are data: `data/bank_holidays.csv`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::values::date::Date;

/// The number of working days after the receipt of a report within which an authority must publish its statement of
/// proposed action (Education and Inspections Act 2006, section 137).
const STATEMENT: usize = 70;

/// The bank holidays of England on weekdays, including substitute days for those on a weekend.
const HOLIDAYS: &str = include_str!("../../data/bank_holidays.csv");

/// A line of `bank_holidays.csv`.
#[derive(Debug, Deserialize)]
struct HolidayLine {
    date: Date,
}

static CALENDAR: LazyLock<BTreeSet<Date>> = LazyLock::new(|| {
    let lines = csv::Reader::from_reader(HOLIDAYS.as_bytes()).into_deserialize::<HolidayLine>();
    lines.filter_map(Result::ok).map(|line| line.date).collect()
});

/// The last day for the statement of proposed action if the report was received on this day; `None` beyond the years
/// whose holidays are known.
#[must_use]
pub fn statutory_due_on(received_on: Date) -> Option<Date> {
    let (first, last) = CALENDAR.first().zip(CALENDAR.last())?;
    let days = std::iter::successors(received_on.next(), |day| day.next());
    let known = days.take_while(|day| (first.year()..=last.year()).contains(&day.year()));
    known.filter(|day| is_working_day(*day)).nth(STATEMENT - 1)
}

/// Whether it is a working day, in a year whose holidays are known.
fn is_working_day(day: Date) -> bool {
    !day.is_weekend() && !CALENDAR.contains(&day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{CALENDAR, HOLIDAYS, STATEMENT, is_working_day, statutory_due_on};
    use crate::values::date::Date;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Kirklees and Herefordshire: the councils' own due dates, the second with the holiday of 19 September 2022.
    #[rstest]
    #[case("2016-11-28", Some("2017-03-09"))]
    #[case("2022-09-12", Some("2022-12-20"))]
    #[case("2008-12-30", None)]
    #[case("2008-12-31", Some("2009-04-09"))]
    #[case("2028-09-18", Some("2028-12-27"))]
    #[case("2028-11-01", None)]
    #[case("2100-12-31", None)]
    fn the_statement_is_due_70_working_days_after_the_report(#[case] received: &str, #[case] due: Option<&str>) {
        assert_eq!(statutory_due_on(day(received)), due.map(day));
    }

    #[test]
    fn every_holiday_is_read_and_on_a_day_of_the_week() {
        assert_eq!(CALENDAR.len(), HOLIDAYS.lines().count() - 1);
        assert!(CALENDAR.iter().all(|holiday| !holiday.is_weekend()));
        for year in 2009..=2028 {
            let extra = match year {
                2011 | 2012 | 2023 => 1,
                2022 => 2,
                _ => 0,
            };
            assert_eq!(CALENDAR.iter().filter(|holiday| holiday.year() == year).count(), 8 + extra, "{year}");
        }
    }

    #[rstest]
    #[case("2011-04-29")]
    #[case("2012-06-04")]
    #[case("2012-06-05")]
    #[case("2020-05-08")]
    #[case("2022-06-02")]
    #[case("2022-06-03")]
    #[case("2022-09-19")]
    #[case("2023-05-08")]
    fn days_given_once_are_holidays(#[case] holiday: &str) {
        assert!(!is_working_day(day(holiday)));
    }

    #[rstest]
    #[case("2012-05-28")]
    #[case("2020-05-04")]
    #[case("2022-05-30")]
    fn mondays_that_gave_theirs_away_are_working_days(#[case] monday: &str) {
        assert!(is_working_day(day(monday)));
    }

    proptest! {
        #[test]
        fn seventy_days_lie_between_and_later_reports_are_due_no_earlier(offset in 0_u32..6_900) {
            let days = std::iter::successors(Some(day("2009-01-01")), |day| day.next());
            let received = days.clone().nth(usize::try_from(offset).unwrap()).unwrap();
            let due = statutory_due_on(received).unwrap();
            let counted = days.skip_while(|day| *day <= received).take_while(|day| *day <= due);
            prop_assert_eq!(counted.filter(|day| is_working_day(*day)).count(), STATEMENT);
            prop_assert!(is_working_day(due));
            prop_assert!(statutory_due_on(received.next().unwrap()).unwrap() >= due);
        }
    }
}
