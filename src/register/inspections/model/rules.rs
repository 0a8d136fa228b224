//! The rules of an inspection that need no database.

use super::InspectionRow;
use crate::error::{ApiError, FieldError, ProblemCode};
use crate::register::frameworks::model::{FrameworkKind, FrameworkRow};
use crate::values::date::Date;
use crate::values::inspection_kind::InspectionKind;
use crate::values::inspection_state::InspectionState;
use crate::values::text::Reason;

/// What the rules of an inspection ask of its framework.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The framework, if it is known.
    pub framework: Option<&'a FrameworkRow>,
    /// Its kind, if it is known.
    pub kind: Option<&'a FrameworkKind>,
    /// Whether it carries judgements.
    pub has_judgements: bool,
}

impl InspectionRow {
    /// Every rule that the inspection breaks by itself, as of `today`.
    #[must_use]
    pub fn broken_rules(&self, terms: Terms<'_>, today: Date) -> Vec<FieldError> {
        let mut errors = self.broken_date_rules(today);
        errors.extend(self.broken_kind_rules(terms));
        errors.extend(self.broken_visit_rules());
        errors
    }

    /// Whether everyone can read it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.state == InspectionState::Published
    }

    /// Whether it is a visit, which may belong to a series.
    #[must_use]
    pub fn is_visit(&self) -> bool {
        matches!(self.kind, Some(InspectionKind::MonitoringVisit | InspectionKind::FocusedVisit))
    }

    /// Whether it began before another inspection, as far as their days are known.
    #[must_use]
    pub fn is_earlier_than(&self, other: &Self) -> bool {
        let days = self.started_on.or(self.published_on).zip(other.started_on.or(other.published_on));
        days.is_none_or(|(own, others)| own < others)
    }

    /// Demands a reason for changing what the inspection has. A draft changes freely; once it is published, also when it
    /// is withdrawn again, it changes with a reason.
    ///
    /// # Errors
    ///
    /// `reason_required`.
    pub fn check_reason(&self, reason: Option<&Reason>) -> Result<(), ApiError> {
        if self.state == InspectionState::Draft || reason.is_some() {
            return Ok(());
        }
        let detail = format!("the inspection is {}: give the reason for the change in reason", self.state);
        Err(ApiError::refused(ProblemCode::ReasonRequired, detail))
    }

    fn broken_date_rules(&self, today: Date) -> Vec<FieldError> {
        let days = [
            ("started_on", self.started_on),
            ("ended_on", self.ended_on),
            ("received_on", self.received_on),
            ("published_on", self.published_on),
        ];
        let known = days.iter().filter_map(|(name, day)| day.map(|day| (*name, day))).collect::<Vec<_>>();
        let mut errors = Vec::new();
        for ((earlier, first), (later, second)) in known.iter().zip(known.iter().skip(1)) {
            if first > second {
                errors.push(FieldError::body(format!("/{later}"), "order", format!("must not be before {earlier}")));
            }
        }
        for (name, day) in &known {
            if *day > today {
                errors.push(FieldError::body(
                    format!("/{name}"),
                    "future",
                    format!("must not be after today in London, {today}"),
                ));
            }
        }
        for (index, period) in self.fieldwork_periods.0.iter().enumerate() {
            if period.started_on > period.ended_on {
                let place = format!("/fieldwork_periods/{index}/ended_on");
                errors.push(FieldError::body(place, "order", "must not be before started_on"));
            } else if self.started_on.is_some_and(|first| period.started_on < first)
                || self.ended_on.is_some_and(|last| period.ended_on > last)
            {
                let place = format!("/fieldwork_periods/{index}");
                errors.push(FieldError::body(place, "order", "must lie between started_on and ended_on"));
            }
        }
        errors
    }

    fn broken_kind_rules(&self, Terms { framework, kind, has_judgements }: Terms<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        match (&self.framework, framework) {
            (Some(code), None) => {
                errors.push(FieldError::body("/framework", "unknown", format!("{code} is not a framework")));
            }
            (None, _) if self.kind.is_some() => {
                errors.push(FieldError::body("/framework", "required", "is required with kind"));
            }
            (Some(_), Some(framework)) => {
                // Fieldwork decides which framework applied; where its days are unknown, publication.
                let clock = self
                    .started_on
                    .map(|day| ("started_on", day))
                    .or(self.published_on.map(|day| ("published_on", day)));
                if let Some((name, day)) = clock.filter(|(_, day)| !framework.permits(*day)) {
                    let message = format!("{} was not in use on {day}", framework.framework);
                    errors.push(FieldError::body(format!("/{name}"), "framework_validity", message));
                }
                if let (Some(code), None) = (self.kind, kind) {
                    let message = format!("{code} is not a kind of inspection under {}", framework.framework);
                    errors.push(FieldError::body("/kind", "unknown", message));
                }
            }
            (None, _) => {}
        }
        if has_judgements && !kind.is_some_and(|kind| kind.is_graded) {
            let message = "judgements need a framework and a kind of inspection that carries grades";
            errors.push(FieldError::body("/judgements", "ungraded", message));
        }
        errors
    }

    fn broken_visit_rules(&self) -> Vec<FieldError> {
        let is_monitoring = self.kind == Some(InspectionKind::MonitoringVisit);
        let is_visit = self.is_visit();
        let rules = [
            (
                is_monitoring && self.opened_by_inspection_id.is_none(),
                "/opened_by_inspection_id",
                "required",
                "is required for a monitoring visit",
            ),
            (
                !is_visit && self.opened_by_inspection_id.is_some(),
                "/opened_by_inspection_id",
                "no_visit",
                "is only allowed for a monitoring or focused visit",
            ),
            (
                self.visit_number.is_some() && self.opened_by_inspection_id.is_none(),
                "/visit_number",
                "no_series",
                "needs the inspection that opened the series",
            ),
            (
                !is_monitoring && self.is_final_visit.is_some(),
                "/is_final_visit",
                "no_visit",
                "is only allowed for a monitoring visit",
            ),
        ];
        let broken = rules.into_iter().filter(|(is_broken, ..)| *is_broken);
        broken.map(|(_, pointer, code, message)| FieldError::body(pointer, code, message)).collect()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::{InspectionRow, Terms};
    use crate::values::date::Date;

    /// In summer London is an hour ahead: its days begin while it is still the day before in Greenwich.
    #[rstest]
    #[case("2026-07-15T22:59:59Z", "2026-07-15", true)]
    #[case("2026-07-15T22:59:59Z", "2026-07-16", false)]
    #[case("2026-07-15T23:00:00Z", "2026-07-16", true)]
    #[case("2026-07-16T00:30:00Z", "2026-07-16", true)]
    #[case("2026-07-15T23:00:00Z", "2026-07-17", false)]
    #[case("2026-01-15T23:59:59Z", "2026-01-16", false)]
    #[case("2026-01-16T00:00:00Z", "2026-01-16", true)]
    fn a_report_is_published_on_a_day_that_has_begun_in_london(
        #[case] instant: &str,
        #[case] published_on: &str,
        #[case] is_kept: bool,
    ) {
        let id = "019a0000-0000-7000-8000-000000000000";
        let report = json!({
            "inspection_id": id, "authority_id": id, "published_on": published_on, "state": "published",
            "fieldwork_periods": [], "lead_inspectors": [], "inspectors": [], "areas_covered": [], "version": 1,
            "created_at": instant, "updated_at": instant,
        });
        let report = serde_json::from_value::<InspectionRow>(report).unwrap();
        let terms = Terms { framework: None, kind: None, has_judgements: false };
        let broken = report.broken_rules(terms, Date::of(instant.parse().unwrap()));
        let places = broken.iter().filter_map(|error| error.pointer.as_deref()).collect::<Vec<_>>();
        assert_eq!(places, if is_kept { Vec::new() } else { vec!["/published_on"] });
    }
}
