//! What is told of writes: who, when, why, from what to what; in the histories, and in the feed.

mod corrections;
mod feed;
mod order;
