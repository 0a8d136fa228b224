//! Extractors: they give handlers decoded and validated bodies, parameters and preconditions, or return an
//! [`ApiError`](crate::error::ApiError).

mod body;
mod duplicates;
mod if_match;
mod query;
mod query_string;
mod shape;

pub use self::body::{
    Body, LargePatch, LargePost, MAX_BODY, MAX_LARGE_BODY, Patch, Post, decode_object, nullable, present,
};
pub use self::if_match::{IfMatch, MAX_IF_MATCH, MAX_IF_NONE_MATCH, PRINTABLE, Preconditions, check_if_none_match};
pub use self::query::{List, NoParameters, Query, ReasonParameter, Whole, check_no_parameters};
pub use crate::http::rules::broken_rules;
