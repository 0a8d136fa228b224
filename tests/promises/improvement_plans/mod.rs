//! Improvement plans: what authorities undertake to do about an inspection.

mod days;
mod proposals;
mod records;
mod successions;
