//! An improvement action is one thing that an authority does so that something gets better for children: who answers for it,
//! by when, where it stands, and what shows that it worked. Its state moves only by transitions, its due date only by date
//! revisions, so that what slipped stays visible.

pub mod model;
pub mod query;
pub mod routes;
