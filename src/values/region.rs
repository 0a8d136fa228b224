//! The regions of England.

/// The names of the nine regions, as the Office for National Statistics displays them.
pub const REGIONS: [&str; 9] = [
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and the Humber",
];
