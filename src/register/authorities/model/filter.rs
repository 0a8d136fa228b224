//! The parameters of reads of authorities.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::{AuthorityEmbed, AuthoritySort, NeighbourSet};
use crate::http::parameters::Parameters;
use crate::values::authority_type::AuthorityType;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::text::{DfeCode, GssCode, OfstedUrn, Region, SearchText};

/// The filter of lists of authorities.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuthorityFilter {
    /// Part of one of its names, ignoring case, accents and punctuation; if no name contains it, the list (not
    /// the table) has the names that are spelt nearly so, with `page.is_approximate`.
    #[validate(nested)]
    #[param(example = "hereford")]
    pub q: Option<SearchText>,
    /// The region of England.
    #[validate(nested)]
    #[param(example = "West Midlands")]
    pub region: Option<Region>,
    /// Kinds of council.
    #[param(value_type = Option<Vec<AuthorityType>>, example = json!(["unitary_authority"]))]
    pub authority_type: Option<Codes<AuthorityType>>,
    /// A day on which the authority existed.
    #[param(example = "2022-10-01")]
    pub active_on: Option<Date>,
    /// Codes of the Office for National Statistics, current or former.
    #[param(value_type = Option<Vec<GssCode>>, example = json!(["E06000019"]))]
    pub gss_code: Option<Codes<GssCode>>,
    /// Codes of the Department for Education.
    #[param(value_type = Option<Vec<DfeCode>>, example = json!(["884"]))]
    pub dfe_code: Option<Codes<DfeCode>>,
    /// Ofsted URNs.
    #[param(value_type = Option<Vec<OfstedUrn>>, example = json!(["80474"]))]
    pub ofsted_urn: Option<Codes<OfstedUrn>>,
    /// The order of the items.
    #[param(default = "name", example = "name")]
    pub sort: Option<AuthoritySort>,
    /// Related resources to embed in each authority.
    #[param(value_type = Option<Vec<AuthorityEmbed>>, example = json!(["standing"]))]
    pub embed: Option<Codes<AuthorityEmbed>>,
}

impl Parameters for AuthorityFilter {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }
}

/// What an authority carries.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuthorityParameters {
    /// Related resources to embed in the authority.
    #[param(value_type = Option<Vec<AuthorityEmbed>>, example = json!(["standing"]))]
    pub embed: Option<Codes<AuthorityEmbed>>,
}

impl Parameters for AuthorityParameters {}

/// Which neighbours are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NeighbourFilter {
    /// Issues of the list; all of them if absent.
    #[param(value_type = Option<Vec<NeighbourSet>>, example = json!(["current"]))]
    pub set: Option<Codes<NeighbourSet>>,
}

impl Parameters for NeighbourFilter {}
