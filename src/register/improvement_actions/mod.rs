//! Improvement actions: one action of an authority to improve something for children, with the responsible role, the
//! due date, the state and the evidence that it worked. The state changes only by transitions and the due date only by
//! date revisions, so that every earlier due date is kept.

pub mod model;
pub mod query;
pub mod routes;
mod table;
