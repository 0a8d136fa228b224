//! What each visit said, by theme and by recommendation, and how it is computed.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::FollowUpVisit;
use crate::register::examinations::model::ExaminationOutcome;
use crate::register::findings::model::Polarity;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::text::Code;
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::CoverageOutcome;
    use crate::register::examinations::model::ExaminationOutcome;

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
