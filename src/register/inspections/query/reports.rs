//! The inspections whose findings or recommendations a list wants.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;

use crate::access::caller::Caller;
use crate::database::schema::inspections;
use crate::error::ApiError;
use crate::register::authorities::model::AuthorityKey;
use crate::register::authorities::query::resolve_filter;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::inspection_state::InspectionState;
use crate::values::text::Code;

/// What is asked of the inspections that the rows of a list come from.
#[derive(Debug)]
pub struct Reports {
    states: &'static [InspectionState],
    authorities: Option<Vec<AuthorityId>>,
    inspections: Option<Vec<InspectionId>>,
    frameworks: Option<Vec<Code>>,
    published_from: Option<Date>,
    published_to: Option<Date>,
}

impl Reports {
    /// The inspections of these authorities and frameworks, published in this period, as far as the caller sees them.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn wanted(
        conn: &mut PgConnection,
        caller: &Caller,
        authorities: Option<&Codes<AuthorityKey>>,
        inspections: Option<&Codes<InspectionId>>,
        frameworks: Option<&Codes<Code>>,
        (published_from, published_to): (Option<Date>, Option<Date>),
    ) -> Result<Self, ApiError> {
        Ok(Self {
            states: caller.access().states(),
            authorities: resolve_filter(conn, authorities)?,
            inspections: inspections.map(|codes| codes.0.clone()),
            frameworks: frameworks.map(|codes| codes.0.clone()),
            published_from,
            published_to,
        })
    }

    /// Their ids, as a query.
    #[must_use]
    pub fn ids(&self) -> diesel::dsl::Select<inspections::BoxedQuery<'_, Pg>, inspections::inspection_id> {
        let mut query = inspections::table.filter(inspections::state.eq_any(self.states)).into_boxed();
        if let Some(ids) = &self.authorities {
            query = query.filter(inspections::authority_id.eq_any(ids));
        }
        if let Some(ids) = &self.inspections {
            query = query.filter(inspections::inspection_id.eq_any(ids));
        }
        if let Some(codes) = &self.frameworks {
            query = query.filter(inspections::framework.eq_any(codes));
        }
        if let Some(day) = self.published_from {
            query = query.filter(inspections::published_on.ge(day));
        }
        if let Some(day) = self.published_to {
            query = query.filter(inspections::published_on.le(day));
        }
        query.select(inspections::inspection_id)
    }
}
