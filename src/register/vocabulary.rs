//! What filters look up in the register before a list is read: codes of its vocabularies, and the words of a search. A code
//! that no vocabulary holds, and a search for nothing, would give an empty list, from which callers conclude that there is
//! nothing.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text};

use crate::error::{ApiError, FieldError};
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::nearest::did_you_mean;
use crate::values::region::REGIONS;
use crate::values::text::{Region, Rule, SearchText, Text as Limited};

/// A set of values of which a filter names some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// Codes of frameworks.
    Frameworks,
    /// Codes of areas, of any framework.
    Areas,
    /// Codes of themes.
    Themes,
    /// GSS codes of authorities.
    GssCodes,
    /// `DfE` codes of authorities.
    DfeCodes,
    /// Ofsted URNs of authorities.
    OfstedUrns,
    /// Names of regions.
    Regions,
    /// Searches for words that some text may hold.
    Words,
    /// Searches for words or for a part of a name.
    WordsOrNames,
    /// Searches for a part of a name.
    Names,
}

impl Vocabulary {
    /// Its name in [`KNOWN`].
    const fn name(self) -> &'static str {
        match self {
            Self::Frameworks => "frameworks",
            Self::Areas => "areas",
            Self::Themes => "themes",
            Self::GssCodes => "gss_codes",
            Self::DfeCodes => "dfe_codes",
            Self::OfstedUrns => "ofsted_urns",
            Self::Regions => "regions",
            Self::Words => "words",
            Self::WordsOrNames => "words_or_names",
            Self::Names => "names",
        }
    }

    /// What a value of it is, for people.
    const fn kind(self) -> &'static str {
        match self {
            Self::Frameworks => "the code of a framework",
            Self::Areas => "the code of an area",
            Self::Themes => "the code of a theme",
            Self::GssCodes => "the GSS code of an authority",
            Self::DfeCodes => "the DfE code of an authority",
            Self::OfstedUrns => "the Ofsted URN of an authority",
            Self::Regions => "the name of a region of England",
            Self::Words | Self::WordsOrNames | Self::Names => "a search",
        }
    }

    const fn is_search(self) -> bool {
        matches!(self, Self::Words | Self::WordsOrNames | Self::Names)
    }
}

/// A value that a parameter has, and the vocabulary that must hold it.
#[derive(Debug)]
pub struct Lookup<'a> {
    parameter: &'static str,
    vocabulary: Vocabulary,
    value: &'a str,
}

/// The lookups of codes.
pub fn codes<'a, R: Rule>(
    parameter: &'static str,
    vocabulary: Vocabulary,
    codes: Option<&'a Codes<Limited<R>>>,
) -> Vec<Lookup<'a>> {
    let values = codes.into_iter().flat_map(|codes| &codes.0);
    values.map(|code| Lookup { parameter, vocabulary, value: code.as_str() }).collect()
}

/// The lookups of the codes among the keys of authorities. An id is not looked up: it may be of something that the caller
/// may not see.
pub fn authorities<'a>(parameter: &'static str, keys: Option<&'a Codes<AuthorityKey>>) -> Vec<Lookup<'a>> {
    let lookup = |vocabulary, value| Some(Lookup { parameter, vocabulary, value });
    let keys = keys.into_iter().flat_map(|keys| &keys.0);
    keys.filter_map(|key| match key {
        AuthorityKey::Id(_) => None,
        AuthorityKey::Gss(code) => lookup(Vocabulary::GssCodes, code.as_str()),
        AuthorityKey::Urn(urn) => lookup(Vocabulary::OfstedUrns, urn.as_str()),
        AuthorityKey::Dfe(code) => lookup(Vocabulary::DfeCodes, code.as_str()),
    })
    .collect()
}

/// The lookup of a region.
pub fn region(region: Option<&Region>) -> Vec<Lookup<'_>> {
    let lookup =
        |region| Lookup { parameter: "region", vocabulary: Vocabulary::Regions, value: Limited::as_str(region) };
    region.map(lookup).into_iter().collect()
}

/// The lookup of a search.
pub fn search(vocabulary: Vocabulary, q: Option<&SearchText>) -> Vec<Lookup<'_>> {
    q.map(|q| Lookup { parameter: "q", vocabulary, value: q.as_str() }).into_iter().collect()
}

/// What each vocabulary holds of the values `$1`, or all of it if that is null; and which of the searches `$1` name
/// something.
const KNOWN: &str = "select vocabulary, value from ( \
         select 'frameworks' as vocabulary, framework as value from frameworks \
         union all select 'areas', area from framework_areas \
         union all select 'themes', theme from themes \
         union all select 'gss_codes', gss_code from authorities \
         union all select 'gss_codes', unnest(former_gss_codes(former_codes)) from authorities \
         union all select 'dfe_codes', dfe_code from authorities where dfe_code is not null \
         union all select 'ofsted_urns', ofsted_urn from authorities where ofsted_urn is not null \
     ) known \
     where vocabulary = any ($2) and ($1 is null or value = any ($1)) \
     union all \
     select vocabulary, value \
     from unnest($1) as asked(value) \
     cross join (values ('words'), ('words_or_names'), ('names')) as searches(vocabulary) \
     where vocabulary = any ($2) and case \
         when numnode(question(value)) > 0 then vocabulary <> 'names' or named(value) <> '' \
         else vocabulary <> 'words' and named(value) <> '' and exists ( \
             select from authorities, unnest(searched_names) as known(name) where strpos(known.name, named(value)) > 0) \
     end";

/// A value that is known.
#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    vocabulary: String,
    #[diesel(sql_type = Text)]
    value: String,
}

fn known(conn: &mut PgConnection, values: Option<Vec<&str>>, vocabularies: Vec<&str>) -> QueryResult<Vec<Known>> {
    diesel::sql_query(KNOWN)
        .bind::<Nullable<Array<Text>>, _>(values)
        .bind::<Array<Text>, _>(vocabularies)
        .load::<Known>(conn)
}

/// Refuses what no vocabulary holds, and searches for nothing: one statement, if there is anything to look up.
///
/// # Errors
///
/// `validation_failed` with every unknown value (`unknown_value`) and the nearest known ones, and every search for nothing
/// (`nothing_to_search`).
pub fn check<'a>(conn: &mut PgConnection, lookups: impl IntoIterator<Item = Vec<Lookup<'a>>>) -> Result<(), ApiError> {
    let (of_regions, lookups): (Vec<_>, Vec<_>) =
        lookups.into_iter().flatten().partition(|lookup| lookup.vocabulary == Vocabulary::Regions);
    let mut unknown =
        of_regions.into_iter().filter(|lookup| !REGIONS.contains(&lookup.value)).collect::<Vec<Lookup<'_>>>();
    if !lookups.is_empty() {
        let names = lookups.iter().map(|lookup| lookup.vocabulary.name()).collect();
        let found = known(conn, Some(lookups.iter().map(|lookup| lookup.value).collect()), names)?;
        let is_known = |lookup: &Lookup<'_>| {
            found.iter().any(|known| known.vocabulary == lookup.vocabulary.name() && known.value == lookup.value)
        };
        unknown.extend(lookups.into_iter().filter(|lookup| !is_known(lookup)));
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let names = unknown.iter().map(|lookup| lookup.vocabulary.name()).collect();
    let all = known(conn, None, names)?;
    Err(ApiError::unknown_values(unknown.iter().map(|lookup| refusal(lookup, &all)).collect()))
}

fn refusal(lookup: &Lookup<'_>, all: &[Known]) -> FieldError {
    let Lookup { parameter, vocabulary, value } = lookup;
    if vocabulary.is_search() {
        let message = "holds nothing to search for: only words that stand in almost every text, punctuation, or what is \
                       excluded";
        return FieldError::parameter(*parameter, "nothing_to_search", message);
    }
    let of_register =
        all.iter().filter(|known| known.vocabulary == vocabulary.name()).map(|known| known.value.as_str());
    let regions = REGIONS.into_iter().filter(|_| *vocabulary == Vocabulary::Regions);
    let suggestion = did_you_mean(value, of_register.chain(regions));
    FieldError::parameter(*parameter, "unknown_value", format!("{value} is not {}{suggestion}", vocabulary.kind()))
}
