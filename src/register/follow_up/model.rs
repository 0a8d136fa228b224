//! The follow-up of a graded inspection, and how it is computed.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, Type};
use utoipa::openapi::{ObjectBuilder, Schema};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::database::schema::inspections;
use crate::error::FieldError;
use crate::http::parameters::{Parameters, future};
use crate::register::examinations::model::ExaminationOutcome;
use crate::register::findings::model::Polarity;
use crate::register::inspections::model::InspectionSource;
use crate::values::date::Date;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::text::{Code, Lines};
use crate::values::text_enum::text_enum;

text_enum! {
    /// The outcome of a recommendation or a theme according to a visit, most favourable first.
    pub enum CoverageOutcome {
        /// The matter was put right.
        Improved = "improved",
        /// The matter was put right in part.
        PartlyImproved = "partly_improved",
        /// Nothing has improved.
        NotImproved = "not_improved",
        /// The matter has become worse.
        Worse = "worse",
        /// The text of the visit is held and does not speak of the matter.
        NotExamined = "not_examined",
        /// The text of the visit is not held, and nothing else says whether it examined the matter.
        NotHeld = "not_held",
    }
}

impl CoverageOutcome {
    /// The least favourable of these outcomes of a visit. If there is none, it depends on whether the text of the visit is
    /// held.
    fn least_favourable(outcomes: impl Iterator<Item = ExaminationOutcome>, is_text_held: bool) -> Self {
        match outcomes.max() {
            Some(ExaminationOutcome::Improved) => Self::Improved,
            Some(ExaminationOutcome::PartlyImproved) => Self::PartlyImproved,
            Some(ExaminationOutcome::NotImproved) => Self::NotImproved,
            Some(ExaminationOutcome::Worse) => Self::Worse,
            None if is_text_held => Self::NotExamined,
            None => Self::NotHeld,
        }
    }
}

/// The follow-up of a graded inspection, up to a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUp {
    /// The inspection.
    pub inspection_id: InspectionId,
    /// The last day that the follow-up includes.
    pub as_at: Date,
    /// The published visits of the series that it opened, the inspection that closed it, and others that examined its
    /// recommendations, in the order of their days.
    #[schema(max_items = 1000)]
    pub visits: Vec<FollowUpVisit>,
    /// The numbers without a published monitoring visit in the series, up to the greatest one that has a visit.
    #[schema(schema_with = visit_numbers)]
    pub missing_visit_numbers: Vec<i32>,
    /// What is missing: the visits that are not recorded, by number, then those of `visits` whose text is not held.
    #[schema(max_items = 1100)]
    pub gaps: Vec<FollowUpGap>,
    /// The next published inspection of the authority, or of its successor, that determines its standing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by_inspection_id: Option<InspectionId>,
    /// The outcomes by theme and by recommendation.
    pub coverage: Coverage,
    /// The recommendations of which no visit that is held speaks. The visits in `gaps` may have examined them.
    #[schema(max_items = 1000)]
    pub never_examined: Vec<RecommendationId>,
}

/// The schema of the gaps; an attribute cannot give the numbers in a list their limits.
fn visit_numbers() -> Schema {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(99));
    let about =
        "The numbers without a published monitoring visit in the series, up to the greatest one that has a visit.";
    ArrayBuilder::new().items(number).max_items(Some(99)).description(Some(about)).into()
}

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

/// An inspection or visit that is part of the follow-up.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
#[diesel(table_name = inspections)]
pub struct FollowUpVisit {
    /// The inspection or visit.
    pub inspection_id: InspectionId,
    /// The kind; absent if no source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<InspectionKind>,
    /// The graded inspection that opened the series of visits; absent if it is not part of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by_inspection_id: Option<InspectionId>,
    /// The number in that series.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 99)]
    pub visit_number: Option<i32>,
    /// Whether Ofsted called it the last of its series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_final_visit: Option<bool>,
    /// First day of fieldwork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// Last day of fieldwork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// The day of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// Whether the register holds the text of its report or letter, as in the inspection.
    #[diesel(sql_type = Bool)]
    pub is_text_held: bool,
    /// The source, which a gap names.
    #[serde(skip)]
    pub source: Option<InspectionSource>,
    /// A more exact reference to the source, which a gap names.
    #[serde(skip)]
    pub source_reference: Option<Lines>,
}

/// The outcomes of each visit by theme and by recommendation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Coverage {
    /// The themes of the recommendations and of the visits' findings, in the order of the list of themes.
    #[schema(max_items = 1000)]
    pub themes: Vec<ThemeCoverage>,
    /// The recommendations, in the order of the report.
    #[schema(max_items = 1000)]
    pub recommendations: Vec<RecommendationCoverage>,
}

/// The outcomes of each visit for a theme.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThemeCoverage {
    /// The theme.
    pub theme: Code,
    /// The visits, in the order of `visits`.
    #[schema(max_items = 1000)]
    pub visits: Vec<VisitedTheme>,
}

/// The outcome of a visit for a theme.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitedTheme {
    /// The visit.
    pub inspection_id: InspectionId,
    /// The least favourable outcome of the recommendations with this theme that it examined. An examination with a
    /// finding counts only for the themes of that finding; the others remain `not_examined` or `not_held`.
    pub outcome: CoverageOutcome,
    /// The number of findings that are strengths.
    #[schema(minimum = 0, maximum = 1000)]
    pub strength_count: usize,
    /// The number of findings that are concerns.
    #[schema(minimum = 0, maximum = 1000)]
    pub concern_count: usize,
    /// The number of findings that are both.
    #[schema(minimum = 0, maximum = 1000)]
    pub mixed_count: usize,
}

/// The outcomes of each visit for a recommendation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecommendationCoverage {
    /// The recommendation.
    pub recommendation_id: RecommendationId,
    /// The position in the report.
    #[schema(minimum = 1, maximum = 1000)]
    pub position: i32,
    /// The visits, in the order of `visits`.
    #[schema(max_items = 1000)]
    pub visits: Vec<VisitedRecommendation>,
}

/// The outcome of a visit for a recommendation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitedRecommendation {
    /// The visit.
    pub inspection_id: InspectionId,
    /// The outcome.
    pub outcome: CoverageOutcome,
}

/// The parameters of a follow-up.
#[derive(Debug, Clone, Copy, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FollowUpParameters {
    /// Include what was published on or before this day (default: today in London; not later). An inspection without
    /// any date is always included.
    #[param(example = "2026-01-31")]
    pub as_at: Option<Date>,
}

impl Parameters for FollowUpParameters {
    fn broken_rules(&self) -> Vec<FieldError> {
        future("as_at", self.as_at).into_iter().collect()
    }
}

/// What a visit said of a recommendation, and of which themes the finding is that says so, if it is named.
#[derive(Debug, Clone)]
pub struct Said {
    /// The outcome.
    pub outcome: ExaminationOutcome,
    /// The themes of the finding; absent if none is named.
    pub found: Option<Vec<Code>>,
}

impl Said {
    fn is_about(&self, theme: &Code) -> bool {
        self.found.as_ref().is_none_or(|themes| themes.contains(theme))
    }
}

/// What a follow-up is made of, besides the visits.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// All themes in their order.
    pub themes: Vec<Code>,
    /// The recommendations in their order, each with its place and its themes.
    pub recommendations: Vec<(RecommendationId, i32, Vec<Code>)>,
    /// What the visits said of them.
    pub examinations: HashMap<(InspectionId, RecommendationId), Said>,
    /// How many findings of which polarity the visits made about a theme.
    pub findings: HashMap<(InspectionId, Code), HashMap<Polarity, usize>>,
}

impl Sources {
    /// The recommendations of which nothing that is held speaks.
    #[must_use]
    pub fn never_examined(&self) -> Vec<RecommendationId> {
        let examined = self.examinations.keys().map(|(_, id)| *id).collect::<HashSet<_>>();
        self.recommendations.iter().map(|(id, ..)| *id).filter(|id| !examined.contains(id)).collect()
    }

    /// What each of these visits said.
    #[must_use]
    pub fn coverage(&self, visits: &[FollowUpVisit]) -> Coverage {
        let found = self.findings.keys().map(|(_, theme)| theme);
        let asked = self.recommendations.iter().flat_map(|(.., themes)| themes);
        let spoken_of = found.chain(asked).collect::<HashSet<_>>();
        let themes = self.themes.iter().filter(|theme| spoken_of.contains(theme)).map(|theme| ThemeCoverage {
            theme: theme.clone(),
            visits: visits.iter().map(|visit| self.theme(visit, theme)).collect(),
        });
        let recommendations = self.recommendations.iter().map(|(id, position, _)| RecommendationCoverage {
            recommendation_id: *id,
            position: *position,
            visits: visits.iter().map(|visit| self.recommendation(visit, *id)).collect(),
        });
        Coverage { themes: themes.collect(), recommendations: recommendations.collect() }
    }

    fn theme(&self, visit: &FollowUpVisit, theme: &Code) -> VisitedTheme {
        let inspection_id = visit.inspection_id;
        let about = self.recommendations.iter().filter(|(.., themes)| themes.contains(theme));
        let said = about.filter_map(|(id, ..)| self.examinations.get(&(inspection_id, *id)));
        let outcomes = said.filter(|said| said.is_about(theme)).map(|said| said.outcome);
        let found = self.findings.get(&(inspection_id, theme.clone()));
        let count = |polarity| found.and_then(|counts| counts.get(&polarity)).copied().unwrap_or_default();
        VisitedTheme {
            inspection_id,
            outcome: CoverageOutcome::least_favourable(outcomes, visit.is_text_held),
            strength_count: count(Polarity::Strength),
            concern_count: count(Polarity::Concern),
            mixed_count: count(Polarity::Mixed),
        }
    }

    fn recommendation(&self, visit: &FollowUpVisit, id: RecommendationId) -> VisitedRecommendation {
        let inspection_id = visit.inspection_id;
        let outcome = self.examinations.get(&(inspection_id, id)).map(|said| said.outcome);
        let outcome = CoverageOutcome::least_favourable(outcome.into_iter(), visit.is_text_held);
        VisitedRecommendation { inspection_id, outcome }
    }
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

    use super::{CoverageOutcome, missing};
    use crate::register::examinations::model::ExaminationOutcome;

    #[rstest]
    #[case(&[], &[])]
    #[case(&[1], &[])]
    #[case(&[2, 4, 7], &[1, 3, 5, 6])]
    #[case(&[1, 2, 3], &[])]
    fn the_gaps_of_a_series_end_with_the_last_visit_known(#[case] numbers: &[i32], #[case] gaps: &[i32]) {
        assert_eq!(missing(&numbers.iter().copied().collect()), gaps);
    }

    #[rstest]
    #[case(&[], CoverageOutcome::NotExamined)]
    #[case(&[ExaminationOutcome::Improved], CoverageOutcome::Improved)]
    #[case(&[ExaminationOutcome::Improved, ExaminationOutcome::PartlyImproved], CoverageOutcome::PartlyImproved)]
    #[case(&[ExaminationOutcome::NotImproved, ExaminationOutcome::PartlyImproved], CoverageOutcome::NotImproved)]
    #[case(&[ExaminationOutcome::Worse, ExaminationOutcome::Improved], CoverageOutcome::Worse)]
    fn the_least_favourable_outcome_counts(#[case] outcomes: &[ExaminationOutcome], #[case] least: CoverageOutcome) {
        assert_eq!(CoverageOutcome::least_favourable(outcomes.iter().copied(), true), least);
        let unread = if outcomes.is_empty() { CoverageOutcome::NotHeld } else { least };
        assert_eq!(CoverageOutcome::least_favourable(outcomes.iter().copied(), false), unread);
    }
}
