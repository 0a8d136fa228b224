//! Lists of events.
