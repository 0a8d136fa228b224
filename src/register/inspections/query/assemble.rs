//! Puts inspections together with what is in them: a fixed number of statements, however many inspections.

use std::collections::HashMap;

use diesel::dsl::{count_star, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::access::caller::Caller;
use crate::database::limited::{Room, of_owner};
use crate::database::schema::{authorities, findings, inspections, recommendations};
use crate::error::ApiError;
use crate::register::authorities::model::AuthorityNames;
use crate::register::documents::query::rows::TEXT_IS_HELD;
use crate::register::inspections::model::{Inspection, InspectionEmbed, InspectionRow};
use crate::register::{documents, findings as finding, judgements, recommendations as recommendation};
use crate::values::codes::{Codes, names};
use crate::values::id::owned_by;
use crate::values::ids::InspectionId;

/// These inspections with their judgements, their counts, and what they are asked to carry.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<InspectionRow>,
    embed: Option<&Codes<InspectionEmbed>>,
) -> Result<Vec<Inspection>, ApiError> {
    let ids = rows.iter().map(|row| row.inspection_id).collect::<Vec<_>>();
    let judgements = judgements::query::rows::of_inspections(conn, &ids)?;
    let about = inspections::table
        .inner_join(authorities::table)
        .filter(inspections::inspection_id.eq_any(&ids))
        .select((inspections::inspection_id, (AuthorityNames::as_select(), sql::<Bool>(TEXT_IS_HELD))))
        .load::<(InspectionId, (AuthorityNames, bool))>(conn)?
        .into_iter()
        .collect::<HashMap<_, _>>();
    let finding_counts = findings::table
        .filter(findings::inspection_id.eq_any(&ids))
        .group_by(findings::inspection_id)
        .select((findings::inspection_id, count_star()))
        .load::<(InspectionId, i64)>(conn)?;
    let recommendation_counts = recommendations::table
        .filter(recommendations::inspection_id.eq_any(&ids))
        .group_by(recommendations::inspection_id)
        .select((recommendations::inspection_id, count_star()))
        .load::<(InspectionId, i64)>(conn)?;
    let mut room = Room::default();
    let findings = if names(embed, &InspectionEmbed::Findings) {
        Some(finding::query::assemble::of_inspections(conn, caller, &mut room, &ids)?)
    } else {
        None
    };
    let recommendations = if names(embed, &InspectionEmbed::Recommendations) {
        Some(recommendation::query::rows::of_inspections(conn, &mut room, &ids)?)
    } else {
        None
    };
    let documents = if names(embed, &InspectionEmbed::Documents) {
        Some(documents::query::rows::of_inspections(conn, &mut room, &ids)?)
    } else {
        None
    };
    let whole = rows.into_iter().map(|row| {
        let id = row.inspection_id;
        let (authority, is_text_held) = about.get(&id).cloned().ok_or(diesel::result::Error::NotFound)?;
        let mut cut = Vec::new();
        Ok(Inspection {
            judgements: owned_by(&judgements, id),
            authority,
            is_text_held,
            finding_count: count(&finding_counts, id),
            recommendation_count: count(&recommendation_counts, id),
            findings: of_owner(findings.as_ref(), id, InspectionEmbed::Findings, &mut cut),
            recommendations: of_owner(recommendations.as_ref(), id, InspectionEmbed::Recommendations, &mut cut),
            documents: of_owner(documents.as_ref(), id, InspectionEmbed::Documents, &mut cut),
            truncated: cut,
            row,
        })
    });
    whole.collect()
}

fn count(counts: &[(InspectionId, i64)], id: InspectionId) -> i64 {
    counts.iter().find(|(owner, _)| *owner == id).map_or(0, |(_, count)| *count)
}
