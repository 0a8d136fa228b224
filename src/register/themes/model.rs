//! Themes.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::database::schema::themes;
use crate::http::page::Page;
use crate::values::text::{Code, Lines, Name};

/// A subject that findings and recommendations are about.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize, Insertable, AsChangeset, ToSchema)]
#[diesel(table_name = themes)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The code.
    pub theme: Code,
    /// Its name.
    pub name: Name,
    /// The description.
    pub description: Lines,
}

/// A page of themes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThemePage {
    /// The themes, in order.
    #[schema(max_items = 200)]
    pub items: Vec<Theme>,
    /// The position of this page in the list.
    pub page: Page,
}
