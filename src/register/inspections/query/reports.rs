//! Lists of findings, recommendations and examinations across inspections: which inspections they come from, and the order
//! that they have in common.

use diesel::dsl::{Asc, Desc};
use diesel::expression::{ValidGrouping, is_aggregate};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{Bool, Integer};

use crate::access::caller::Caller;
use crate::database::schema::inspections;
use crate::database::sql::{Bound, or_distant_past};
use crate::error::ApiError;
use crate::register::authorities::query::rows::resolve_filter;
use crate::values::authority_key::AuthorityKey;
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

/// A place in the order of reports: the publication and the id of the inspection, and the position in it.
pub type ReportPlace = (Option<Date>, InspectionId, i32);

/// The order of reports: the latest publication first, then as in the report.
pub fn in_report_order<P: Expression<SqlType = Integer>>(
    position: P,
) -> (Desc<or_distant_past<inspections::published_on>>, Desc<inspections::inspection_id>, Asc<P>) {
    (or_distant_past(inspections::published_on).desc(), inspections::inspection_id.desc(), position.asc())
}

/// The condition on rows after a place in the order of reports.
pub fn after<'a, F, P>(
    (published_on, inspection, last): ReportPlace,
    position: P,
) -> Box<dyn BoxableExpression<F, Pg, SqlType = Bool> + 'a>
where
    P: Expression<SqlType = Integer> + SelectableExpression<F>,
    P: ValidGrouping<(), IsAggregate = is_aggregate::No> + QueryFragment<Pg> + Send + 'a,
    inspections::published_on: SelectableExpression<F>,
    inspections::inspection_id: SelectableExpression<F>,
{
    let (day, id) = (or_distant_past(inspections::published_on), inspections::inspection_id);
    let bound = Bound::or_past(published_on);
    let later = id.eq(inspection).and(position.gt(last));
    Box::new(day.le(bound).and(day.lt(bound).or(id.lt(inspection)).or(later)))
}
