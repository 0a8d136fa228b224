//! The feed as a whole: what follows from it, for whom, and through which windows.

mod callers;
mod completeness;
mod fold;
pub mod windows;
mod workload;
