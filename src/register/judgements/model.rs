//! Judgements.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::database::schema::judgements;
use crate::register::inspections::model::Inspection;
use crate::values::grade::Grade;
use crate::values::text::{Code, Name, Reason};
use crate::values::text_enum::text_enum;

text_enum! {
    /// Reasons why an area of the framework has no grade.
    pub enum AbsenceReason {
        /// The report states that the area was not judged.
        NotJudged = "not_judged",
    }
}

/// The grade of one area of an inspection, or the reason why there is none.
#[derive(
    Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize, Validate, ToSchema,
)]
#[diesel(table_name = judgements)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_grade_or_reason"))]
pub struct Judgement {
    /// The area, which the framework must have.
    #[validate(nested)]
    #[schema(example = "overall_effectiveness")]
    pub area: Code,
    /// The grade, which the framework must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The grade in the words of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub grade_as_printed: Option<Name>,
    /// The reason why there is no grade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence_reason: Option<AbsenceReason>,
}

fn has_grade_or_reason(judgement: &Judgement) -> Result<(), ValidationError> {
    if judgement.grade.is_some() == judgement.absence_reason.is_some() {
        return Err(ValidationError::new("grade_or_absence")
            .with_message("must have either a grade or an absence_reason".into()));
    }
    Ok(())
}

/// A judgement with its inspection.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionJudgement {
    /// The judgement.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// The inspection.
    #[serde(flatten)]
    pub inspection: Inspection,
}

/// The judgements of an inspection, in the order of its framework.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JudgementSet {
    /// The judgements.
    #[schema(max_items = 50)]
    pub judgements: Vec<Judgement>,
}

/// The new judgements of an inspection; replaces all of them.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJudgementSet {
    /// The judgements, at most one for each area.
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub judgements: Vec<Judgement>,
    /// The reason for changing a published inspection.
    #[validate(nested)]
    pub reason: Option<Reason>,
}
