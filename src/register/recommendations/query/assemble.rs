//! Puts recommendations together with what they carry: a fixed number of statements, however many recommendations.

use diesel::pg::PgConnection;

use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::{examinations, improvement_actions};
use crate::register::recommendations::model::{Recommendation, RecommendationEmbed};
use crate::values::codes::{Codes, names};
use crate::values::id::owned_by;

/// These recommendations with what they are asked to carry.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<Recommendation>,
    embed: Option<&Codes<RecommendationEmbed>>,
) -> Result<Vec<Recommendation>, ApiError> {
    let ids = rows.iter().map(|recommendation| recommendation.row.recommendation_id).collect::<Vec<_>>();
    let actions = if names(embed, &RecommendationEmbed::Actions) {
        Some(improvement_actions::query::list::of_recommendations(conn, caller, &ids)?)
    } else {
        None
    };
    let examinations = if names(embed, &RecommendationEmbed::Examinations) {
        Some(examinations::query::rows::of_recommendations(conn, caller, &ids)?)
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
