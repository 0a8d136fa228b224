//! Inspection keys of files without ids: the Ofsted URN of the authority and the day of publication.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::context::Context;
use super::error::ImportError;
use crate::database::schema;
use crate::error::ApiError;
use crate::register::authorities::query::rows;
use crate::values::authority_key::AuthorityKey;
use crate::values::date::Date;
use crate::values::ids::InspectionId;
use crate::values::text::OfstedUrn;

/// Why a key does not identify an inspection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing {
    /// No inspection was published on that day, or the key is invalid.
    Nothing,
    /// Several inspections of different kinds were published on that day.
    Several,
}

impl Missing {
    /// The message.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Nothing => "there is no such inspection",
            Self::Several => "matches several inspections of the authority published on that day",
        }
    }
}

/// The inspection with this key, `<ofsted_urn>-<published_on>`, in the files or else in the register.
pub(super) fn find(
    conn: &mut PgConnection,
    context: &Context<'_>,
    key: &str,
) -> Result<Result<InspectionId, Missing>, ImportError> {
    if let Some(id) = context.inspections.get(key) {
        return Ok(Ok(*id));
    }
    let found = with_key(conn, key)?.unwrap_or_default();
    Ok(match found.as_slice() {
        [] => Err(Missing::Nothing),
        [id] => Ok(*id),
        _ => Err(Missing::Several),
    })
}

/// The inspections of the authority published on the day of a key; `None` if the key has no known authority.
pub(super) fn with_key(conn: &mut PgConnection, key: &str) -> Result<Option<Vec<InspectionId>>, ImportError> {
    use schema::inspections::{authority_id, inspection_id, published_on, table};
    let Ok((urn, day)) = key_parts(key) else { return Ok(None) };
    let Some(authority) = rows::known(conn, &AuthorityKey::Urn(urn))? else { return Ok(None) };
    let same_day = table.filter(authority_id.eq(authority).and(published_on.eq(day)));
    Ok(Some(same_day.order(inspection_id).select(inspection_id).load(conn)?))
}

pub(super) fn key_parts(key: &str) -> Result<(OfstedUrn, Date), ApiError> {
    let parts = key.split_once('-').and_then(|(urn, day)| Some((urn.parse().ok()?, day.parse().ok()?)));
    parts.ok_or_else(|| {
        ApiError::invalid_member(
            "/inspection_key",
            "schema",
            "must be an Ofsted URN, a hyphen and the day of publication",
        )
    })
}
