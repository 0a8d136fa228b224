//! Corrections that come with the program: codes and names of authorities that changed, for registers that were filled
//! before. What a register has recorded once, and no longer has, was removed on purpose, and does not come back.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::authorities::AuthorityLine;
use super::error::ImportError;
use super::reading::{Reader, Source};
use crate::access::caller::Caller;
use crate::database::schema::{authorities, events};
use crate::error::ApiError;
use crate::register::authorities::model::AuthorityRow;
use crate::register::authorities::query::{changes, relations, rows};
use crate::values::ids::AuthorityId;
use crate::values::text::Reason;

/// Corrects the authorities of the register, each with an event that has the reason.
pub(super) fn apply(conn: &mut PgConnection) -> Result<(), ImportError> {
    let source = Source::BuiltIn;
    let lines = Reader::new(&source).csv::<AuthorityLine>("authorities.csv")?;
    let known = authorities::table.select(AuthorityRow::as_select()).load(conn)?;
    for line in lines.iter().map(|row| &row.value) {
        let Some(own) = line.among(&known) else { continue };
        let Some((corrected, reason)) = corrected(conn, line, own)? else { continue };
        let is_taken =
            known.iter().any(|other| other.authority_id != own.authority_id && other.gss_code == corrected.gss_code);
        match rows::check_codes(conn, own.authority_id, &corrected.gss_code, &corrected.former_codes.0) {
            Ok(()) if !is_taken => write(conn, &corrected, &Reason::from(reason.as_str()))?,
            Ok(()) | Err(ApiError::Refused(_)) => log::warn!(
                "{} is not corrected, since another authority has its GSS code {}: {reason}",
                own.name,
                corrected.gss_code
            ),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The authority as the file has it, and why, if the register lacks something of it.
fn corrected(
    conn: &mut PgConnection,
    line: &AuthorityLine,
    own: &AuthorityRow,
) -> QueryResult<Option<(AuthorityRow, String)>> {
    let mut corrected = own.clone();
    let mut reasons = Vec::new();
    for former in &line.former_codes.0 {
        let code = &former.gss_code;
        let is_known = own.former_codes.0.iter().any(|known| known.gss_code == *code);
        let recorded = json!({ "former_codes": [{ "gss_code": code }] });
        if is_known || was_recorded(conn, own.authority_id, &recorded)? {
            continue;
        }
        if own.gss_code == *code {
            corrected.gss_code = line.gss_code.clone();
        }
        corrected.former_codes.0.push(former.clone());
        reasons.push(format!("The Office for National Statistics replaced {code} by {}.", line.gss_code));
    }
    for name in line.other_names() {
        let is_known = own.other_names.contains(&name);
        if !is_known && !was_recorded(conn, own.authority_id, &json!({ "other_names": [name] }))? {
            reasons.push(format!("It is also known as {name}."));
            corrected.other_names.push(name);
        }
    }
    Ok((!reasons.is_empty()).then(|| (corrected, reasons.join(" "))))
}

/// Whether the register had this of an authority, at some time.
fn was_recorded(conn: &mut PgConnection, id: AuthorityId, members: &Value) -> QueryResult<bool> {
    let had = events::before.contains(members).or(events::after.contains(members));
    let recorded = events::table.filter(events::resource_id.eq(id.as_uuid())).filter(had.assume_not_null());
    diesel::select(diesel::dsl::exists(recorded)).get_result(conn)
}

fn write(conn: &mut PgConnection, corrected: &AuthorityRow, reason: &Reason) -> Result<(), ApiError> {
    let id = corrected.authority_id;
    relations::lock(conn, &[id])?;
    let before = changes::stored(conn, &[id])?;
    diesel::update(authorities::table.find(id))
        .set((
            authorities::gss_code.eq(&corrected.gss_code),
            authorities::former_codes.eq(&corrected.former_codes),
            authorities::other_names.eq(&corrected.other_names),
            authorities::version.eq(authorities::version + 1),
            authorities::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)?;
    let after = changes::stored(conn, &[id])?;
    changes::record(conn, &Caller::migrate(), &before, &after, Some(reason))
}
