//! Members that one object has twice. A parsed document holds the last of them alone.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::error::{FieldError, MAX_ERRORS};
use crate::http::rules::pointer;

/// Every member that stands twice in its object, by its place.
pub fn duplicates(bytes: &[u8]) -> Vec<FieldError> {
    let mut found = Vec::new();
    let seen = Seen { place: String::new(), found: &mut found };
    // What is no JSON is reported by those who decode it.
    let _: Result<(), serde_json::Error> = seen.deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    found
}

/// A value that is read for the names of its members.
struct Seen<'a> {
    place: String,
    found: &'a mut Vec<FieldError>,
}

impl<'de> DeserializeSeed<'de> for Seen<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seen<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            let place = pointer(&self.place, &index.to_string());
            if items.next_element_seed(Seen { place, found: self.found })?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let place = pointer(&self.place, &name);
            if !names.insert(name) && self.found.len() < MAX_ERRORS {
                self.found.push(FieldError::body(&place, "duplicate", "must be given once"));
            }
            members.next_value_seed(Seen { place, found: self.found })?;
        }
        Ok(())
    }
}
