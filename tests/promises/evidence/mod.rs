//! Evidence and its reviews, and what keeps an action verified.

mod race;
mod records;
mod reviews;
mod support;
