//! Puts recommendations together with what they carry: a fixed number of statements, however many recommendations.

use diesel::pg::PgConnection;

use crate::error::ApiError;
use crate::page::{Codes, names};
use crate::principal::Principal;
use crate::recommendations::model::{Recommendation, RecommendationEmbed, RecommendationId};
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
            actions: actions.as_ref().map(|all| own(all, id)),
            examinations: examinations.as_ref().map(|all| own(all, id)),
            ..recommendation
        }
    });
    Ok(recommendations.collect())
}

fn own<T: Clone>(all: &[(RecommendationId, T)], id: RecommendationId) -> Vec<T> {
    all.iter().filter(|(owner, _)| *owner == id).map(|(_, item)| item.clone()).collect()
}
