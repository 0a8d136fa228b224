//! Request bodies that create and change documents.

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
use crate::values::text::{FullText, LanguageTag, Lines, Name, Prose, Reason, Title, WebAddress};

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
    /// The kind of document.
    pub kind: DocumentKind,
    /// The readers that it was written for.
    #[serde(default = "everybody")]
    #[schema(default = "public")]
    pub audience: Audience,
    /// The title.
    #[validate(nested)]
    pub title: Title,
    /// The publisher.
    #[validate(nested)]
    pub publisher: Option<Name>,
    /// The sender, with the address in the letterhead.
    #[validate(nested)]
    pub sender: Option<Lines>,
    /// The addressee.
    #[validate(nested)]
    pub addressee: Option<Lines>,
    /// The person who signed it, with their role.
    #[validate(nested)]
    pub signed_by: Option<Name>,
    /// The language.
    #[serde(default = "english")]
    #[validate(nested)]
    #[schema(default = "en")]
    pub language: LanguageTag,
    /// The day of publication.
    pub published_on: Option<Date>,
    /// The URL at which it is published.
    #[validate(nested)]
    pub url: Option<WebAddress>,
    /// A summary in the register's own words.
    #[validate(nested)]
    pub summary: Option<Prose>,
    /// The full text, if its licence permits.
    #[validate(nested)]
    pub text: Option<FullText>,
    /// Notes about the document itself.
    #[validate(nested)]
    pub notes: Option<Prose>,
    /// The inspection that it is about.
    pub inspection_id: Option<InspectionId>,
    /// The statements by people in it.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Statement>, max_items = 100)]
    pub statements: JsonList<Statement>,
    /// The authorities that it is about.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub authority_ids: Vec<AuthorityId>,
}

/// A change of a document: absent members do not change, null clears a member, a value sets it.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = documents)]
#[serde(deny_unknown_fields)]
pub struct DocumentPatch {
    /// The kind of document.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<DocumentKind>,
    /// The readers that it was written for.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub audience: Option<Audience>,
    /// The title.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// The publisher.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub publisher: Option<Option<Name>>,
    /// The sender, with the address in the letterhead.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub sender: Option<Option<Lines>>,
    /// The addressee.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub addressee: Option<Option<Lines>>,
    /// The person who signed it, with their role.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub signed_by: Option<Option<Name>>,
    /// The language.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// The day of publication.
    #[serde(default, deserialize_with = "nullable")]
    pub published_on: Option<Option<Date>>,
    /// The URL at which it is published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
    /// A summary in the register's own words.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub summary: Option<Option<Prose>>,
    /// The full text, if its licence permits.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub text: Option<Option<FullText>>,
    /// Notes about the document itself.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub notes: Option<Option<Prose>>,
    /// The inspection that it is about.
    #[serde(default, deserialize_with = "nullable")]
    pub inspection_id: Option<Option<InspectionId>>,
    /// The statements by people in it; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Statement>, max_items = 100)]
    pub statements: Option<JsonList<Statement>>,
    /// The authorities that it is about; replaces all of them.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 200))]
    #[schema(nullable = false, max_items = 200)]
    pub authority_ids: Option<Vec<AuthorityId>>,
    /// The reason for the change.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
}
