//! What is written of a document.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::{Audience, DocumentKind, Statement};
use crate::database::schema::documents;
use crate::http::extract::{nullable, present};
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::json::JsonList;
use crate::values::text::{FullText, LanguageTag, Lines, Name, Prose, Title, WebAddress};

fn everybody() -> Audience {
    Audience::Public
}

fn english() -> LanguageTag {
    LanguageTag::from("en")
}

/// A new document.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = documents)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// What kind of text it is.
    pub kind: DocumentKind,
    /// For whom it was written.
    #[serde(default = "everybody")]
    #[schema(default = "public")]
    pub audience: Audience,
    /// Its title.
    #[validate(nested)]
    pub title: Title,
    /// Who published it.
    #[validate(nested)]
    pub publisher: Option<Name>,
    /// Who sent it, with the address in the letterhead.
    #[validate(nested)]
    pub sender: Option<Lines>,
    /// To whom it is addressed.
    #[validate(nested)]
    pub addressee: Option<Lines>,
    /// Who signed it, and as what.
    #[validate(nested)]
    pub signed_by: Option<Name>,
    /// Its language.
    #[serde(default = "english")]
    #[validate(nested)]
    #[schema(default = "en")]
    pub language: LanguageTag,
    /// When it was published.
    pub published_on: Option<Date>,
    /// Where it is published.
    #[validate(nested)]
    pub url: Option<WebAddress>,
    /// What it says, in the register's own words.
    #[validate(nested)]
    pub summary: Option<Prose>,
    /// The full text, where its licence allows to keep it.
    #[validate(nested)]
    pub text: Option<FullText>,
    /// What a reader should know of the document itself.
    #[validate(nested)]
    pub notes: Option<Prose>,
    /// The inspection that it speaks of.
    pub inspection_id: Option<InspectionId>,
    /// What people said in it.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Statement>, max_items = 100)]
    pub statements: JsonList<Statement>,
    /// The authorities that it speaks of.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub authority_ids: Vec<AuthorityId>,
}

/// A change of a document: absent members stay, null clears, a value sets.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = documents)]
#[serde(deny_unknown_fields)]
pub struct DocumentPatch {
    /// What kind of text it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<DocumentKind>,
    /// For whom it was written.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub audience: Option<Audience>,
    /// Its title.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// Who published it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub publisher: Option<Option<Name>>,
    /// Who sent it, with the address in the letterhead.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub sender: Option<Option<Lines>>,
    /// To whom it is addressed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub addressee: Option<Option<Lines>>,
    /// Who signed it, and as what.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub signed_by: Option<Option<Name>>,
    /// Its language.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// When it was published.
    #[serde(default, deserialize_with = "nullable")]
    pub published_on: Option<Option<Date>>,
    /// Where it is published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
    /// What it says, in the register's own words.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub summary: Option<Option<Prose>>,
    /// The full text, where its licence allows to keep it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub text: Option<Option<FullText>>,
    /// What a reader should know of the document itself.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub notes: Option<Option<Prose>>,
    /// The inspection that it speaks of.
    #[serde(default, deserialize_with = "nullable")]
    pub inspection_id: Option<Option<InspectionId>>,
    /// What people said in it; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Statement>, max_items = 100)]
    pub statements: Option<JsonList<Statement>>,
    /// The authorities that it speaks of; replaces them all.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 200))]
    #[schema(nullable = false, max_items = 200)]
    pub authority_ids: Option<Vec<AuthorityId>>,
}
