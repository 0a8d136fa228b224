//! Documents.

mod input;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

pub use self::input::{DocumentPatch, NewDocument};
use crate::database::schema::documents;
use crate::http::page::Page;
use crate::http::parameters::Parameters;
use crate::http::response::Versioned;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, DocumentId, InspectionId};
use crate::values::json::JsonList;
use crate::values::text::{FullText, LanguageTag, Lines, Name, Prose, SearchText, Title, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// Kinds of document.
    pub enum DocumentKind {
        /// An inspection report, or a summary of one.
        Report = "report",
        /// A letter to an authority.
        Letter = "letter",
        /// A letter to children and young people.
        ChildrenLetter = "children_letter",
        /// A press release or a news item of a council.
        PressRelease = "press_release",
        /// A newspaper article.
        NewsArticle = "news_article",
        /// A statement by a person or a body.
        Statement = "statement",
        /// An improvement plan.
        Plan = "plan",
        /// Another text.
        Other = "other",
    }
}

text_enum! {
    /// The readers that a document was written for.
    pub enum Audience {
        /// Everybody.
        Public = "public",
        /// Children and young people.
        ChildrenAndYoungPeople = "children_and_young_people",
        /// The council.
        Council = "council",
    }
}

text_enum! {
    /// The orders of documents; `-` for descending. An absent date sorts last.
    pub enum DocumentSort {
        /// By publication, the earliest first.
        PublishedOn = "published_on",
        /// By publication, the latest first.
        PublishedOnDescending = "-published_on",
    }
}

/// A statement by a person in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The speaker.
    #[validate(nested)]
    pub speaker: Name,
    /// The role of the speaker, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub role: Option<Name>,
    /// The organisation that the speaker represents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub organisation: Option<Name>,
    /// A summary of the statement in the register's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub summary: Option<Prose>,
    /// The statement itself, if its licence permits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub text: Option<Prose>,
}

/// A document about inspections.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Document {
    /// The stored members.
    #[serde(flatten)]
    pub row: DocumentRow,
    /// The full text, if its licence permits; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<FullText>,
    /// The authorities that it is about.
    #[schema(max_items = 200)]
    pub authority_ids: Vec<AuthorityId>,
}

impl Versioned for Document {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// A document as it is stored, without its full text.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = documents)]
pub struct DocumentRow {
    /// The unique identifier.
    pub document_id: DocumentId,
    /// The kind of document.
    pub kind: DocumentKind,
    /// The readers that it was written for.
    pub audience: Audience,
    /// The title.
    pub title: Title,
    /// The publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Name>,
    /// The sender, with the address in the letterhead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Lines>,
    /// The addressee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Lines>,
    /// The person who signed it, with their role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Name>,
    /// The language.
    pub language: LanguageTag,
    /// The day of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// The URL at which it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// A summary in the register's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Prose>,
    /// Notes about the document itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Prose>,
    /// The inspection that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_id: Option<InspectionId>,
    /// The statements by people in it.
    #[schema(value_type = Vec<Statement>, max_items = 100)]
    pub statements: JsonList<Statement>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// The filter of lists of documents.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentFilter {
    /// Words of the title, the publisher, the summary, the statements or the text, as in a web search.
    #[validate(nested)]
    #[param(example = "monitoring visit")]
    pub q: Option<SearchText>,
    /// Authorities that they are about, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Inspections that they are about.
    #[param(value_type = Option<Vec<InspectionId>>, example = json!(["01a20435-3eab-760f-ae77-bee896597f2b", "01a20435-3eac-77c6-b0e0-2ae63fb7a859"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// Kinds of document.
    #[param(value_type = Option<Vec<DocumentKind>>, example = json!(["press_release", "letter"]))]
    pub kind: Option<Codes<DocumentKind>>,
    /// The readers that they were written for.
    #[param(value_type = Option<Vec<Audience>>, example = json!(["public", "council"]))]
    pub audience: Option<Codes<Audience>>,
    /// The order of the items.
    #[param(default = "-published_on", example = "-published_on")]
    pub sort: Option<DocumentSort>,
}

impl Parameters for DocumentFilter {}

/// A page of documents.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentPage {
    /// The documents, without their full text.
    #[schema(max_items = 200)]
    pub items: Vec<Document>,
    /// The position of this page in the list.
    pub page: Page,
}
