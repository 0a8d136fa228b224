//! What followed inspections of any order and outcome.

mod random;
