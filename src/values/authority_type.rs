//! Kinds of council.

use crate::values::text_enum::text_enum;

text_enum! {
    /// What kind of council an authority is.
    pub enum AuthorityType {
        /// A county council, with district councils below it.
        County = "county",
        /// A council with all powers of its area.
        UnitaryAuthority = "unitary_authority",
        /// A metropolitan borough or city.
        MetropolitanDistrict = "metropolitan_district",
        /// A borough of London.
        LondonBorough = "london_borough",
        /// The City of London Corporation.
        CityCorporation = "city_corporation",
    }
}
