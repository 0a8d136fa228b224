//! Frameworks and their parts.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::database::schema::{framework_areas, framework_grades, framework_kinds, frameworks};
use crate::http::page::Page;
use crate::values::date::Date;
use crate::values::grade::Grade;
use crate::values::inspection_kind::InspectionKind;
use crate::values::text::{Code, Lines, Name};
use crate::values::text_enum::text_enum;

text_enum! {
    /// How well areas of two frameworks line up.
    pub enum Comparability {
        /// The same area, judged in the same way.
        Exactly = "exactly",
        /// Areas about the same matter, judged by different criteria.
        Roughly = "roughly",
    }
}

/// A framework: the rules of an inspection by Ofsted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Framework {
    /// The code.
    #[schema(example = "ilacs_2018")]
    pub framework: Code,
    /// Its name.
    pub name: Name,
    /// The family, which all versions of a framework share.
    pub family: Code,
    /// The purpose.
    pub description: Lines,
    /// First day of fieldwork under it.
    pub valid_from: Date,
    /// Whether the first day is approximate; then no inspection before it is refused.
    pub valid_from_is_approximate: bool,
    /// Last day of fieldwork under it; absent while it is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Whether the last day is approximate; then no inspection after it is refused.
    pub valid_to_is_approximate: bool,
    /// The areas that are judged, in order.
    #[schema(max_items = 50)]
    pub areas: Vec<FrameworkArea>,
    /// The kinds of inspection.
    #[schema(max_items = 50)]
    pub kinds: Vec<FrameworkKind>,
    /// The scale, best first; empty if nothing is graded.
    #[schema(max_items = 5)]
    pub grades: Vec<FrameworkGrade>,
}

/// An area that a framework judges.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FrameworkArea {
    /// Its code.
    #[schema(example = "help_and_protection")]
    pub area: Code,
    /// Its name in reports.
    pub name: Name,
    /// The area that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under: Option<Code>,
    /// The areas of other frameworks that it is comparable with; it is not comparable with others.
    #[schema(max_items = 50)]
    pub lines_up_with: Vec<AreaMatch>,
}

/// An area of another framework that is comparable with this one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AreaMatch {
    /// The other framework.
    pub framework: Code,
    /// Its area.
    pub area: Code,
    /// How comparable they are.
    pub comparability: Comparability,
}

/// A kind of inspection of a framework.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = framework_kinds)]
pub struct FrameworkKind {
    /// Its code.
    pub kind: InspectionKind,
    /// Its name.
    pub name: Name,
    /// The description.
    pub description: Lines,
    /// Whether inspections of this kind have judgements.
    pub is_graded: bool,
    /// Whether it is a visit: short, ungraded, reported by letter.
    pub is_visit: bool,
    /// Whether an inspection of this kind determines the standing of the authority.
    pub gives_standing: bool,
}

/// A grade of a framework's scale.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = framework_grades)]
pub struct FrameworkGrade {
    /// The grade.
    pub grade: Grade,
    /// The grade as printed.
    pub name: Name,
    /// The definition in the words of the framework; absent if no source of the register has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Lines>,
    /// The definition in plain words.
    pub plain_definition: Lines,
}

/// All frameworks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FrameworkPage {
    /// The frameworks, oldest first.
    #[schema(max_items = 200)]
    pub items: Vec<Framework>,
    /// The position of this page in the list.
    pub page: Page,
}

/// A framework without its parts, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = frameworks)]
pub struct FrameworkRow {
    /// The code.
    pub framework: Code,
    /// The name.
    pub name: Name,
    /// The family.
    pub family: Code,
    /// The purpose.
    pub description: Lines,
    /// Order in the list.
    pub position: i32,
    /// First day.
    pub valid_from: Date,
    /// Whether the first day is approximate.
    pub valid_from_is_approximate: bool,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Whether the last day is approximate.
    pub valid_to_is_approximate: bool,
    /// Codes of other data sets.
    pub aliases: Vec<Code>,
}

impl FrameworkRow {
    /// Whether fieldwork on that day can be under this framework; approximate ends refuse nothing.
    #[must_use]
    pub fn permits(&self, day: Date) -> bool {
        (self.valid_from_is_approximate || self.valid_from <= day)
            && (self.valid_to_is_approximate || self.valid_to.is_none_or(|last| day <= last))
    }
}

/// An area as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = framework_areas)]
pub struct AreaRow {
    /// The framework.
    pub framework: Code,
    /// The code.
    pub area: Code,
    /// The name.
    pub name: Name,
    /// The area above.
    pub under: Option<Code>,
    /// What it can be compared with.
    pub comparison_groups: Vec<Code>,
}

/// A framework as `data/frameworks.json` has it.
#[derive(Debug, Deserialize, Insertable)]
#[diesel(table_name = frameworks)]
#[serde(deny_unknown_fields)]
pub struct FrameworkRecord {
    /// The code.
    pub framework: Code,
    /// The name.
    pub name: Name,
    /// The family.
    pub family: Code,
    /// The purpose.
    pub description: Lines,
    /// First day.
    pub valid_from: Date,
    /// Whether the first day is approximate.
    pub valid_from_is_approximate: bool,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Whether the last day is approximate.
    pub valid_to_is_approximate: bool,
    /// Codes of other data sets.
    pub aliases: Vec<Code>,
    /// The areas, in order.
    #[diesel(skip_insertion)]
    pub areas: Vec<AreaRecord>,
    /// The kinds, in order.
    #[diesel(skip_insertion)]
    pub kinds: Vec<KindRecord>,
    /// The grades, best first.
    #[diesel(skip_insertion)]
    pub grades: Vec<GradeRecord>,
}

/// An area as `data/frameworks.json` has it.
#[derive(Debug, Deserialize, Insertable, AsChangeset)]
#[diesel(table_name = framework_areas, treat_none_as_null = true)]
#[serde(deny_unknown_fields)]
pub struct AreaRecord {
    /// The code.
    pub area: Code,
    /// The name.
    pub name: Name,
    /// The area above.
    pub under: Option<Code>,
    /// What it can be compared with.
    pub comparison_groups: Vec<Code>,
}

/// A kind as `data/frameworks.json` has it.
#[derive(Debug, Deserialize, Insertable, AsChangeset)]
#[diesel(table_name = framework_kinds)]
#[serde(deny_unknown_fields)]
pub struct KindRecord {
    /// The code.
    pub kind: InspectionKind,
    /// The name.
    pub name: Name,
    /// The description.
    pub description: Lines,
    /// Whether it has judgements.
    pub is_graded: bool,
    /// Whether it is a visit.
    pub is_visit: bool,
    /// Whether it determines the standing of the authority.
    pub gives_standing: bool,
}

/// A grade as `data/frameworks.json` has it.
#[derive(Debug, Deserialize, Insertable, AsChangeset)]
#[diesel(table_name = framework_grades, treat_none_as_null = true)]
#[serde(deny_unknown_fields)]
pub struct GradeRecord {
    /// The grade.
    pub grade: Grade,
    /// The grade as printed.
    pub name: Name,
    /// The definition in the words of the framework.
    pub definition: Option<Lines>,
    /// The definition in plain words.
    pub plain_definition: Lines,
}
