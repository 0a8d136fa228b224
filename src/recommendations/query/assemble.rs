//! Puts recommendations together with what they carry: a fixed number of statements, however many recommendations.

use diesel::pg::PgConnection;

use crate::error::ApiError;
use crate::id::owned_by;
use crate::page::{Codes, names};
use crate::principal::Principal;
use crate::recommendations::model::{Recommendation, RecommendationEmbed};
use crate::{examinations, improvement_actions};

/// These recommendations with what they are asked to carry.
///
/// # Errors
///
/// If the database fails.
pub fn all(
    conn: &mut PgConnection,
    principal: &Principal,
    rows: Vec<Recommendation>,
    embed: Option<&Codes<RecommendationEmbed>>,
) -> Result<Vec<Recommendation>, ApiError> {
    let ids = rows.iter().map(|recommendation| recommendation.row.recommendation_id).collect::<Vec<_>>();
    let actions = if names(embed, &RecommendationEmbed::Actions) {
        Some(improvement_actions::query::list::of_recommendations(conn, principal, &ids)?)
    } else {
        None
    };
    let examinations = if names(embed, &RecommendationEmbed::Examinations) {
        Some(examinations::query::of_recommendations(conn, principal, &ids)?)
    } else {
        None
    };
    let recommendations = rows.into_iter().map(|recommendation| {
        let id = recommendation.row.recommendation_id;
        Recommendation {
            actions: actions.as_ref().map(|all| owned_by(all, id)),
            examinations: examinations.as_ref().map(|all| owned_by(all, id)),
            ..recommendation
        }
    });
    Ok(recommendations.collect())
}
