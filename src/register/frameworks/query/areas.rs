//! Areas across frameworks, in the order of the columns of tables: the overall one, then those of the newest framework first.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::database::schema::{framework_areas, framework_kinds, frameworks};
use crate::values::text::Code;

/// The summary judgement.
pub const OVERALL: &str = "overall_effectiveness";

/// The areas of all frameworks.
pub fn all(conn: &mut PgConnection) -> QueryResult<Vec<Code>> {
    let areas = framework_areas::table
        .inner_join(frameworks::table)
        .order((frameworks::position.desc(), framework_areas::position))
        .select(framework_areas::area)
        .load::<Code>(conn)?;
    Ok(each_once(areas))
}

/// The areas of all frameworks that give a standing, always with the overall one.
pub fn of_standings(conn: &mut PgConnection) -> QueryResult<Vec<Code>> {
    let giving = framework_kinds::table.filter(framework_kinds::gives_standing).select(framework_kinds::framework);
    let areas = framework_areas::table
        .inner_join(frameworks::table)
        .filter(framework_areas::framework.eq_any(giving))
        .order((frameworks::position.desc(), framework_areas::position))
        .select(framework_areas::area)
        .load::<Code>(conn)?;
    Ok(each_once(std::iter::once(Code::from(OVERALL)).chain(areas)))
}

/// Areas that are ordered by framework, each once, the overall one first.
fn each_once(areas: impl IntoIterator<Item = Code>) -> Vec<Code> {
    let mut columns = Vec::<Code>::new();
    for area in areas {
        if columns.contains(&area) {
            continue;
        }
        let place = if area.as_str() == OVERALL { 0 } else { columns.len() };
        columns.insert(place, area);
    }
    columns
}
