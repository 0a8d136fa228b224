//! API keys as a table, without their secrets.

use super::model::{ApiKey, ApiKeyRotation};
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type ApiKeyTable = Table<ApiKey>;

impl Tabular for ApiKey {
    const NAME: &'static str = "api-keys";
    const COLUMNS: &'static [Column] = &[
        Column::of("name"),
        Column::of("role"),
        Column::of("authority_names").about("The names of the authorities."),
        Column::of("gss_codes").about("The GSS codes of the authorities."),
        Column::of("created_at"),
        Column::of("rotated_at"),
        Column::of("expires_at"),
        Column::of("last_used_at"),
        Column::of("created_by"),
        Column::of("version"),
        Column::of("updated_at"),
        Column::of("key_id"),
        Column::of("authority_ids"),
    ];
}

/// The table.
pub type ApiKeyRotationTable = Table<ApiKeyRotation>;

impl Tabular for ApiKeyRotation {
    const NAME: &'static str = "rotations";
    const COLUMNS: &'static [Column] = &[Column::of("created_at"), Column::of("expires_at"), Column::of("rotation_id")];
}
