//! Pages of lists: limit, cursor and total, for all resources.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::database::limited::Rows;
use crate::error::{ApiError, FieldError, ProblemCode};
use crate::http::parameters::Parameters;
use crate::http::rules::has_faults;
use crate::values::text_enum::text_enum;

/// The default number of items in a page.
const DEFAULT_LIMIT: u32 = 50;
/// The maximum number of items in a page.
const MAX_LIMIT: u32 = 200;
/// The maximum number of items in a page with embedded resources.
const EMBEDDING_LIMIT: u32 = 50;

text_enum! {
    /// Whether the total is counted.
    pub enum Count {
        /// Not counted.
        None = "none",
        /// Counted exactly, by a separate query.
        Exact = "exact",
    }
}

/// The parameters that all lists share.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WindowParameters {
    /// The maximum number of items in the page; at most 50 with `embed`. A page of more than 1 MiB ends earlier.
    #[serde(default, deserialize_with = "digits")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50, example = 3)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page, requested with the same path, filters and sort.
    #[validate(length(min = 1, max = 2000), custom(function = "is_base64_url"))]
    #[param(min_length = 1, max_length = 2000, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
    /// Whether to count all matching items, in `total`.
    #[param(example = "exact")]
    pub count: Option<Count>,
}

impl Parameters for WindowParameters {}

impl WindowParameters {
    /// The error of a page that is large and whose items carry others.
    #[must_use]
    pub fn too_large(&self, embeds: bool) -> Option<FieldError> {
        let is_large = embeds && self.limit.is_some_and(|limit| limit > EMBEDDING_LIMIT);
        is_large
            .then(|| FieldError::parameter("limit", "range", format!("must be at most {EMBEDDING_LIMIT} with embed")))
    }
}

fn is_base64_url(text: &str) -> Result<(), ValidationError> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let broken = || ValidationError::new("pattern").with_message("must be letters, digits, - and _".into());
    if is_plain { Ok(()) } else { Err(broken()) }
}

/// Deserialises a whole number without sign and leading zeros.
///
/// # Errors
///
/// If it is anything else.
pub fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let number = text.parse::<u32>().ok().filter(|number| number.to_string() == text);
    number.map(Some).ok_or_else(|| serde::de::Error::custom("must be a whole number"))
}

/// The position of a page in its list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page {
    /// The maximum number of items in a page. A page of more than 1 MiB has fewer.
    #[schema(minimum = 1, maximum = 200, example = 50)]
    pub limit: u32,
    /// The value of `cursor` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub next_cursor: Option<String>,
    /// The number of items on all pages; present with `count=exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000_000_i64, example = 161)]
    pub total: Option<i64>,
    /// True if nothing contains `q`, and the items are those of authorities with a name that is spelt nearly so; absent
    /// otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_approximate: Option<bool>,
}

impl Page {
    /// The page, marked if its items do not contain what was searched.
    #[must_use]
    pub fn approximate(self, is_approximate: bool) -> Self {
        Self { is_approximate: is_approximate.then_some(true), ..self }
    }
}

/// The validated part of a list that a request selects.
#[derive(Debug)]
pub struct Window {
    limit: u32,
    cursor: Option<String>,
    count: Count,
    question: String,
}

/// What a cursor holds: the sort key of the last row, and a digest that binds it to its question.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cursor<K> {
    key: K,
    // The name in cursors that 0.2.0 gave out.
    #[serde(rename = "seal")]
    digest: String,
}

impl Window {
    /// The window of a question: its path, filters and sort as one text.
    #[must_use]
    pub fn new(parameters: WindowParameters, question: String) -> Self {
        Self {
            limit: parameters.limit.unwrap_or(DEFAULT_LIMIT),
            cursor: parameters.cursor,
            count: parameters.count.unwrap_or(Count::None),
            question,
        }
    }

    /// The beginning of a whole list that is read page by page.
    #[must_use]
    pub fn first(count: Option<Count>) -> Self {
        Self { limit: MAX_LIMIT, cursor: None, count: count.unwrap_or(Count::None), question: String::new() }
    }

    /// What follows in a whole list that is read page by page.
    #[must_use]
    pub fn following(cursor: String) -> Self {
        Self { cursor: Some(cursor), ..Self::first(None) }
    }

    /// How many rows to ask the database for: one more than the page holds tells whether there is a next page.
    #[must_use]
    pub fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Whether the total is wanted.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.count == Count::Exact
    }

    /// The sort key after which the page begins.
    ///
    /// # Errors
    ///
    /// `invalid_cursor` if the cursor was not made here, or for another question.
    pub fn after<K: DeserializeOwned + Serialize>(&self) -> Result<Option<K>, ApiError> {
        let Some(text) = &self.cursor else { return Ok(None) };
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Cursor<K>>(&bytes).ok())
            .filter(|cursor| serde_json::to_value(&cursor.key).is_ok_and(|key| !has_faults(&key)))
            .filter(|cursor| self.digest(&cursor.key).is_ok_and(|digest| digest == cursor.digest))
            .map(|cursor| Some(cursor.key))
            .ok_or_else(|| {
                ApiError::refused(
                    ProblemCode::InvalidCursor,
                    "the cursor does not belong to this list with these filters and this sort",
                )
            })
    }

    /// The page of these rows, of which there may be one too many, or which are cut; `key` is the sort key of a row.
    ///
    /// # Errors
    ///
    /// `internal` if the key cannot be written as JSON.
    pub fn page<T, K: Serialize>(
        &self,
        rows: impl Into<Rows<T>>,
        total: Option<i64>,
        key: impl FnOnce(&T) -> K,
    ) -> Result<(Vec<T>, Page), ApiError> {
        let Rows { mut rows, is_cut } = rows.into();
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let is_last = rows.len() <= limit && !is_cut;
        rows.truncate(limit);
        let last = if is_last { None } else { rows.last() };
        let next_cursor = last.map(|row| self.cursor(key(row))).transpose()?;
        Ok((rows, Page { limit: self.limit, next_cursor, total, is_approximate: None }))
    }

    /// The only page of a list that is read at once.
    #[must_use]
    pub fn whole<T>(&self, rows: Vec<T>) -> (Vec<T>, Page) {
        let total = if self.counts() { i64::try_from(rows.len()).ok() } else { None };
        (rows, Page { limit: self.limit, next_cursor: None, total, is_approximate: None })
    }

    fn cursor<K: Serialize>(&self, key: K) -> serde_json::Result<String> {
        let digest = self.digest(&key)?;
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Cursor { key, digest })?))
    }

    fn digest<K: Serialize>(&self, key: &K) -> serde_json::Result<String> {
        let mut hash = Sha256::new();
        hash.update(self.question.as_bytes());
        hash.update([0]);
        hash.update(serde_json::to_vec(key)?);
        let digest = hash.finalize();
        Ok(URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default()))
    }
}
