//! What a document is.

mod input;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

pub use self::input::{DocumentPatch, NewDocument};
use crate::database::schema::documents;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, DocumentId, InspectionId};
use crate::values::json::JsonList;
use crate::values::text::{FullText, LanguageTag, Lines, Name, Prose, SearchText, Title, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// What kind of text a document is.
    pub enum DocumentKind {
        /// An inspection report, or a summary of one.
        Report = "report",
        /// A letter to an authority.
        Letter = "letter",
        /// A letter to children and young people.
        ChildrenLetter = "children_letter",
        /// A council's own news.
        PressRelease = "press_release",
        /// A newspaper's.
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
    /// For whom a document was written.
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

/// What a person said in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Who said it.
    #[validate(nested)]
    pub speaker: Name,
    /// In what role, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub role: Option<Name>,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub organisation: Option<Name>,
    /// What it comes to, in the register's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub summary: Option<Prose>,
    /// The words themselves, where their licence allows to repeat them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub text: Option<Prose>,
}

/// A text that speaks of inspections.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Document {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: DocumentRow,
    /// The full text, where its licence allows to keep it; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<FullText>,
    /// The authorities that it speaks of.
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
    /// The id.
    pub document_id: DocumentId,
    /// What kind of text it is.
    pub kind: DocumentKind,
    /// For whom it was written.
    pub audience: Audience,
    /// Its title.
    pub title: Title,
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Name>,
    /// Who sent it, with the address in the letterhead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Lines>,
    /// To whom it is addressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Lines>,
    /// Who signed it, and as what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Name>,
    /// Its language.
    pub language: LanguageTag,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// Where it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// What it says, in the register's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Prose>,
    /// What a reader should know of the document itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Prose>,
    /// The inspection that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_id: Option<InspectionId>,
    /// What people said in it.
    #[schema(value_type = Vec<Statement>, max_items = 100)]
    pub statements: JsonList<Statement>,
    /// Raised by each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which documents are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentFilter {
    /// Words of the title, the publisher, the summary, the statements or the text, as in a web search.
    #[validate(nested)]
    #[param(example = "monitoring visit")]
    pub q: Option<SearchText>,
    /// Authorities that they speak of, by id or code.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityKey>>, max_items = 50, min_items = 1, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Inspections that they speak of.
    #[param(style = Form, explode = false, value_type = Option<Vec<InspectionId>>, max_items = 50, min_items = 1, example = json!(["01a20435-3eab-760f-ae77-bee896597f2b", "01a20435-3eac-77c6-b0e0-2ae63fb7a859"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// Kinds of text.
    #[param(style = Form, explode = false, value_type = Option<Vec<DocumentKind>>, max_items = 50, min_items = 1, example = json!(["press_release", "letter"]))]
    pub kind: Option<Codes<DocumentKind>>,
    /// For whom they were written.
    #[param(style = Form, explode = false, value_type = Option<Vec<Audience>>, max_items = 50, min_items = 1, example = json!(["public", "council"]))]
    pub audience: Option<Codes<Audience>>,
    /// The order.
    #[param(default = "-published_on", example = "-published_on")]
    pub sort: Option<DocumentSort>,
}

/// A page of documents.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentPage {
    /// The documents, without their full text.
    #[schema(max_items = 200)]
    pub items: Vec<Document>,
    /// Where this page stands in the list.
    pub page: Page,
}
