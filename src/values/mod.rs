//! Values that the whole program uses: ids, dates, texts and enumerations. This module imports nothing else of the
//! project.

pub mod authority_key;
pub mod authority_type;
pub mod codes;
pub mod cohort;
pub mod date;
pub mod grade;
pub mod id;
pub mod ids;
pub mod inspection_kind;
pub mod inspection_state;
pub mod json;
pub mod nearest;
pub mod region;
pub mod text;
pub mod text_enum;
pub mod timestamp;
pub mod visibility;
pub mod working_days;
