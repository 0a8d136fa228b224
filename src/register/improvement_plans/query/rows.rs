//! Rows of improvement plans, as they stand or as they stood on an earlier day: visible, found and locked.

use diesel::dsl::AsSelect;
use diesel::helper_types::AsExprOf;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types;

use crate::access::caller::Caller;
use crate::access::{Papers, Permission};
use crate::database::schema::improvement_plans;
use crate::database::sql::improvement_plan_state_on;
use crate::error::{ApiError, NotFoundExt};
use crate::register::improvement_plans::model::{ImprovementPlanRow, PlanState};
use crate::values::date::Date;
use crate::values::ids::PlanId;
use crate::values::visibility::Visibility;

/// What is missing, in a 404.
pub(super) const WHAT: &str = "improvement plan";

/// Improvement plans, and conditions on them.
pub(super) type Plans<'a> = improvement_plans::BoxedQuery<'a, Pg>;
/// Where a plan stood on a day, in SQL.
type StateOn = improvement_plan_state_on<
    improvement_plans::state,
    improvement_plans::endorsed_on,
    improvement_plans::ends_on,
    AsExprOf<Date, sql_types::Date>,
>;

/// The plans that are visible to the caller.
pub(super) fn visible(caller: &Caller) -> Plans<'_> {
    use improvement_plans::{authority_id, visibility};
    let plans = improvement_plans::table.into_boxed();
    match caller.access().papers() {
        Papers::All => plans,
        Papers::Of([]) => plans.filter(visibility.eq(Visibility::Public)),
        Papers::Of(authorities) => plans.filter(visibility.eq(Visibility::Public).or(authority_id.eq_any(authorities))),
    }
}

/// The plan itself, if the caller may see it.
///
/// # Errors
///
/// `not_found`.
pub fn find(conn: &mut PgConnection, caller: &Caller, id: PlanId) -> Result<ImprovementPlanRow, ApiError> {
    let query = visible(caller).filter(improvement_plans::plan_id.eq(id)).select(ImprovementPlanRow::as_select());
    query.first(conn).or_not_found(WHAT)
}

/// The plan as it stood on an earlier day, if the caller may see it.
///
/// # Errors
///
/// `not_found`, also if it was not there on that day.
pub(super) fn find_on(
    conn: &mut PgConnection,
    caller: &Caller,
    id: PlanId,
    day: Date,
) -> Result<ImprovementPlanRow, ApiError> {
    let query = known_by(visible(caller), day).filter(improvement_plans::plan_id.eq(id));
    query.select(as_on(day)).first(conn).map(ImprovementPlanRow::on(day)).or_not_found(WHAT)
}

/// The plan itself, kept from others until the transaction ends: whoever changes it begins here.
///
/// # Errors
///
/// `not_found`, `forbidden` if the caller sees it but may not change it.
pub fn lock(conn: &mut PgConnection, caller: &Caller, id: PlanId) -> Result<ImprovementPlanRow, ApiError> {
    let query = improvement_plans::table.find(id).select(ImprovementPlanRow::as_select()).for_no_key_update();
    let row = query.first(conn).or_not_found(WHAT)?;
    if !caller.access().may_read_paper(row.authority_id, row.visibility) {
        return Err(ApiError::not_found(WHAT));
    }
    caller.access().check_papers_of(Permission::WritePapers, row.authority_id)?;
    Ok(row)
}

/// The plans that were there on an earlier day: those that began or were endorsed by then, and those of which neither day is
/// known.
pub(super) fn known_by(query: Plans<'_>, day: Date) -> Plans<'_> {
    use improvement_plans::{endorsed_on, starts_on};
    query.filter(
        starts_on.le(day).or(endorsed_on.le(day)).or((starts_on.is_null().and(endorsed_on.is_null())).nullable()),
    )
}

/// A plan and where it stood on an earlier day.
pub(super) fn as_on(day: Date) -> (AsSelect<ImprovementPlanRow, Pg>, StateOn) {
    (ImprovementPlanRow::as_select(), state_on(day))
}

/// Where plans stood on an earlier day.
pub(super) fn state_on(day: Date) -> StateOn {
    use improvement_plans::{endorsed_on, ends_on, state};
    improvement_plan_state_on(state, endorsed_on, ends_on, day)
}

impl ImprovementPlanRow {
    /// A plan as it stood on an earlier day: in the state that it had then, and without the endorsement that came later.
    pub(super) fn on(day: Date) -> impl Fn((Self, PlanState)) -> Self {
        move |(row, state)| {
            let is_endorsed = row.endorsed_on.is_some_and(|endorsed| endorsed <= day);
            let endorsed_on = row.endorsed_on.filter(|_| is_endorsed);
            Self { state, endorsed_on, endorsed_by: row.endorsed_by.filter(|_| is_endorsed), ..row }
        }
    }
}
