//! The visibility of referenced resources: references to resources that are not visible to the caller are omitted.

use std::collections::HashSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::{Access, Papers};
use crate::database::schema::{documents, findings, improvement_plans, inspections, recommendations};
use crate::values::id::Id;
use crate::values::ids::{DocumentId, FindingId, InspectionId, PlanId, RecommendationId, of};
use crate::values::visibility::Visibility;

/// What a member of a resource refers to, of the kinds that may not be visible while the resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referred {
    /// An inspection.
    Inspection,
    /// A finding.
    Finding,
    /// A recommendation.
    Recommendation,
    /// A document.
    Document,
    /// An improvement plan.
    Plan,
}

/// A member of a resource that holds an id, or a list of ids, of what may not be visible while the resource is.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// The name of the member.
    pub member: &'static str,
    /// What it refers to.
    pub to: Referred,
}

/// Those of some ids whose resources a caller sees.
pub struct Visible<T: 'static>(Option<HashSet<Id<T>>>);

impl<T> Visible<T> {
    /// All of them, without a query.
    const ALL: Self = Self(None);

    fn these(ids: Vec<Id<T>>) -> Self {
        Self(Some(ids.into_iter().collect()))
    }

    /// Whether this one is visible to the caller.
    #[must_use]
    pub fn has(&self, id: Id<T>) -> bool {
        self.0.as_ref().is_none_or(|visible| visible.contains(&id))
    }
}

/// The inspections, among these, that are visible to the caller.
pub fn inspections(
    conn: &mut PgConnection,
    access: &Access,
    ids: &[InspectionId],
) -> QueryResult<Visible<of::Inspection>> {
    if access.may_read_drafts() {
        return Ok(Visible::ALL);
    }
    let visible = inspections::table
        .filter(inspections::inspection_id.eq_any(ids).and(inspections::state.eq_any(access.states())))
        .select(inspections::inspection_id);
    load(ids, || visible.load(conn))
}

/// The findings, among these, that are visible to the caller.
pub fn findings(conn: &mut PgConnection, access: &Access, ids: &[FindingId]) -> QueryResult<Visible<of::Finding>> {
    if access.may_read_drafts() {
        return Ok(Visible::ALL);
    }
    let visible = findings::table
        .inner_join(inspections::table)
        .filter(findings::finding_id.eq_any(ids).and(inspections::state.eq_any(access.states())))
        .select(findings::finding_id);
    load(ids, || visible.load(conn))
}

/// The recommendations, among these, that are visible to the caller.
pub fn recommendations(
    conn: &mut PgConnection,
    access: &Access,
    ids: &[RecommendationId],
) -> QueryResult<Visible<of::Recommendation>> {
    if access.may_read_drafts() {
        return Ok(Visible::ALL);
    }
    let visible = recommendations::table
        .inner_join(inspections::table)
        .filter(recommendations::recommendation_id.eq_any(ids).and(inspections::state.eq_any(access.states())))
        .select(recommendations::recommendation_id);
    load(ids, || visible.load(conn))
}

/// The documents, among these, that are visible to the caller.
pub fn documents(conn: &mut PgConnection, access: &Access, ids: &[DocumentId]) -> QueryResult<Visible<of::Document>> {
    if access.may_read_drafts() {
        return Ok(Visible::ALL);
    }
    let is_seen = documents::inspection_id.is_null().or(inspections::state.nullable().eq_any(access.states()));
    let visible = documents::table
        .left_join(inspections::table)
        .filter(documents::document_id.eq_any(ids))
        .filter(is_seen)
        .select(documents::document_id);
    load(ids, || visible.load(conn))
}

/// The improvement plans, among these, that are visible to the caller.
pub fn plans(conn: &mut PgConnection, access: &Access, ids: &[PlanId]) -> QueryResult<Visible<of::Plan>> {
    let Papers::Of(authorities) = access.papers() else { return Ok(Visible::ALL) };
    let is_seen =
        improvement_plans::visibility.eq(Visibility::Public).or(improvement_plans::authority_id.eq_any(authorities));
    let visible = improvement_plans::table
        .filter(improvement_plans::plan_id.eq_any(ids).and(is_seen))
        .select(improvement_plans::plan_id);
    load(ids, || visible.load(conn))
}

/// Queries the database, unless there are no ids.
fn load<T>(ids: &[Id<T>], visible: impl FnOnce() -> QueryResult<Vec<Id<T>>>) -> QueryResult<Visible<T>> {
    Ok(Visible::these(if ids.is_empty() { Vec::new() } else { visible()? }))
}
