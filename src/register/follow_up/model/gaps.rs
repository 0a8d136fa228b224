//! What is missing in a follow-up.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::FollowUpVisit;
use crate::register::inspections::model::InspectionSource;
use crate::values::ids::InspectionId;
use crate::values::text::Lines;
use crate::values::text_enum::text_enum;

text_enum! {
    /// Why it is not known all that a visit said.
    pub enum FollowUpGapReason {
        /// No published visit with this number is recorded.
        NotRecorded = "not_recorded",
        /// The visit is recorded, but the text of its report or letter is not held: `source` says what is known of it.
        NotHeld = "not_held",
    }
}

/// A visit of which it is not known all that it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpGap {
    /// The reason.
    pub reason: FollowUpGapReason,
    /// The number in the series; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 99)]
    pub visit_number: Option<i32>,
    /// The visit, if it is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_id: Option<InspectionId>,
    /// The source of what is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<InspectionSource>,
    /// A more exact reference to that source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_reference: Option<Lines>,
}

impl FollowUpGap {
    /// The gap of a visit that is not recorded.
    fn not_recorded(number: i32) -> Self {
        let reason = FollowUpGapReason::NotRecorded;
        Self { reason, visit_number: Some(number), inspection_id: None, source: None, source_reference: None }
    }

    /// The gap of a visit whose text is not held.
    fn not_held(visit: &FollowUpVisit) -> Self {
        Self {
            reason: FollowUpGapReason::NotHeld,
            visit_number: visit.visit_number,
            inspection_id: Some(visit.inspection_id),
            source: visit.source,
            source_reference: visit.source_reference.clone(),
        }
    }
}

/// The visits with these numbers, which are not recorded, and those of these visits whose text is not held.
#[must_use]
pub fn gaps(missing: &[i32], visits: &[FollowUpVisit]) -> Vec<FollowUpGap> {
    let not_recorded = missing.iter().copied().map(FollowUpGap::not_recorded);
    let not_held = visits.iter().filter(|visit| !visit.is_text_held).map(FollowUpGap::not_held);
    not_recorded.chain(not_held).collect()
}

/// The places below the greatest of these numbers that none of them has.
#[must_use]
pub fn missing(numbers: &BTreeSet<i32>) -> Vec<i32> {
    let greatest = numbers.last().copied().unwrap_or_default();
    (1..greatest).filter(|number| !numbers.contains(number)).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::missing;

    #[rstest]
    #[case(&[], &[])]
    #[case(&[1], &[])]
    #[case(&[2, 4, 7], &[1, 3, 5, 6])]
    #[case(&[1, 2, 3], &[])]
    fn the_gaps_of_a_series_end_with_the_last_visit_known(#[case] numbers: &[i32], #[case] gaps: &[i32]) {
        assert_eq!(missing(&numbers.iter().copied().collect()), gaps);
    }
}
