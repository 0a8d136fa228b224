//! The action that is proposed for a recommendation.

use super::ImprovementPlanRow;
use crate::register::improvement_actions::model::{ActionSource, NewImprovementAction, Priority};
use crate::register::recommendations::model::{Recommendation, RecommendationKind};
use crate::values::text::{Rule, Title, rule};

impl ImprovementPlanRow {
    /// The action of this plan that a recommendation asks for, in its own words, by the day that its timescale gives.
    #[must_use]
    pub fn proposed_action(&self, asked: &Recommendation) -> NewImprovementAction {
        NewImprovementAction {
            authority_id: self.authority_id,
            plan_id: Some(self.plan_id),
            title: title(asked.row.text.as_str()),
            description: Some(asked.row.text.clone()),
            source: ActionSource::Recommendation,
            recommendation_ids: vec![asked.row.recommendation_id],
            finding_ids: Vec::new(),
            themes: asked.row.themes.clone(),
            cohorts: asked.row.cohorts.clone(),
            owner_role: None,
            partner_organisations: Vec::new(),
            priority: (asked.row.kind == RecommendationKind::PriorityAction).then_some(Priority::High),
            success_measure: None,
            promised_to: None,
            visibility: self.visibility,
            proposed_on: None,
            due_on: asked.due_on,
        }
    }
}

/// As much of a text as a title holds, in one line: a longer one ends at a word, with an ellipsis.
fn title(text: &str) -> Title {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A text of nothing but spaces is one too.
    let line = if line.is_empty() { text } else { &line };
    if line.chars().count() <= rule::Title::MAX {
        return line.into();
    }
    let held = line.chars().take(rule::Title::MAX).collect::<String>();
    let kept = match held.rsplit_once(' ') {
        Some((words, _)) => words.to_owned(),
        None => held.chars().take(rule::Title::MAX - 1).collect(),
    };
    format!("{kept}…").into()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::title;

    #[rstest]
    #[case("Visit in time.".to_owned(), "Visit in time.".to_owned())]
    #[case("Visit\n\tin  time.".to_owned(), "Visit in time.".to_owned())]
    #[case("é".repeat(300), "é".repeat(300))]
    #[case("é".repeat(301), format!("{}…", "é".repeat(299)))]
    #[case(format!("{} word", "é".repeat(299)), format!("{}…", "é".repeat(299)))]
    #[case(format!("{} word", "é".repeat(295)), format!("{} word", "é".repeat(295)))]
    #[case(format!("{} words", "é".repeat(295)), format!("{}…", "é".repeat(295)))]
    #[case("a".repeat(150) + " " + &"b".repeat(150), format!("{}…", "a".repeat(150)))]
    #[case(" ".to_owned(), " ".to_owned())]
    fn a_long_text_is_cut_at_a_word(#[case] text: String, #[case] expected: String) {
        let title = title(&text);
        assert_eq!(title.as_str(), expected);
        assert!(title.as_str().chars().count() <= 300);
    }
}
