//! Puts recommendations together with what they carry: a fixed number of statements, however many recommendations.

use diesel::pg::PgConnection;

use crate::access::caller::Caller;
use crate::database::limited::{Room, of_owner};
use crate::error::ApiError;
use crate::register::recommendations::model::{Recommendation, RecommendationEmbed};
use crate::register::{examinations, improvement_actions};
use crate::values::codes::{Codes, names};

/// These recommendations with what they are asked to carry.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<Recommendation>,
    embed: Option<&Codes<RecommendationEmbed>>,
) -> Result<Vec<Recommendation>, ApiError> {
    let mut room = Room::default();
    let ids = rows.iter().map(|recommendation| recommendation.row.recommendation_id).collect::<Vec<_>>();
    let actions = if names(embed, &RecommendationEmbed::Actions) {
        Some(improvement_actions::query::list::of_recommendations(conn, caller, &mut room, &ids)?)
    } else {
        None
    };
    let examinations = if names(embed, &RecommendationEmbed::Examinations) {
        Some(examinations::query::rows::of_recommendations(conn, caller, &mut room, &ids)?)
    } else {
        None
    };
    let recommendations = rows.into_iter().map(|recommendation| {
        let id = recommendation.row.recommendation_id;
        let mut cut = Vec::new();
        Recommendation {
            actions: of_owner(actions.as_ref(), id, RecommendationEmbed::Actions, &mut cut),
            examinations: of_owner(examinations.as_ref(), id, RecommendationEmbed::Examinations, &mut cut),
            truncated: cut,
            ..recommendation
        }
    });
    Ok(recommendations.collect())
}
