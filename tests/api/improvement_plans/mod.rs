//! Improvement plans: what authorities undertake to do about an inspection.

mod days;
mod records;
mod successions;
