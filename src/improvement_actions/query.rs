//! Statements about improvement actions, one by one.

pub mod support;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{ActionId, ImprovementActionRow};
use crate::error::{ApiError, NotFoundExt};
use crate::principal::Principal;
use crate::schema::improvement_actions;

/// The action itself, if the caller may see it.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn find(conn: &mut PgConnection, _: &Principal, id: ActionId) -> Result<ImprovementActionRow, ApiError> {
    let query = improvement_actions::table.find(id).select(ImprovementActionRow::as_select());
    query.first(conn).or_not_found("improvement action")
}

/// The action itself, kept from others until the transaction ends: whoever changes it or something of it begins here.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn lock(conn: &mut PgConnection, _: &Principal, id: ActionId) -> Result<ImprovementActionRow, ApiError> {
    let query = improvement_actions::table.find(id).select(ImprovementActionRow::as_select()).for_no_key_update();
    query.first(conn).or_not_found("improvement action")
}
