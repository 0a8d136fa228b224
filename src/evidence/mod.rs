//! Evidence shows that an action had an effect: an audit, data, what children say. Somebody else than who recorded it
//! reviews it; accepted evidence supports that an action is verified.

pub mod model;
