//! An authority is an English council with responsibility for children's services: a county, a unitary authority, a
//! metropolitan district, a London borough, the City of London. There are 153 today. Councils are abolished, merged and
//! succeeded; their inspections stay, and so do they. Each is known by the code of the Office for National Statistics
//! (GSS), by Ofsted's unique reference number (URN) and by the three digits of the Department for Education, of which
//! only the first is never used again.

pub mod model;
pub mod query;
pub mod routes;
mod table;
