//! Decodes the cells of a CSV row by column, so that faults are reported with the name of the column. An empty cell is
//! absent.

use serde::de::value::{Error, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// A cell of a row.
struct Cell<'a>(&'a str);

impl<'de> Deserializer<'de> for Cell<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.parse() {
            Ok(number) => visitor.visit_i32(number),
            Err(_) => Err(Error::custom("must be a whole number")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Cell<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The value of a row, or the name of the invalid column (empty for the whole row) and the reason.
pub(super) fn decode<T: DeserializeOwned>(
    headers: &csv::StringRecord,
    record: &csv::StringRecord,
) -> Result<T, Vec<(String, String)>> {
    let cells = || headers.iter().zip(record.iter());
    decode_cells(cells()).map_err(|first| {
        // By itself each cell tells what is wrong with it; the others are then missing, which is not.
        let each = cells().filter_map(|(name, cell)| {
            let error = decode_cells::<T>(std::iter::once((name, cell))).err()?;
            (error.0 == name).then_some(error)
        });
        let each = each.collect::<Vec<_>>();
        if each.is_empty() { vec![first] } else { each }
    })
}

fn decode_cells<'a, T: DeserializeOwned>(
    cells: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<T, (String, String)> {
    let cells = cells.map(|(name, cell)| (name, Cell(cell)));
    serde_path_to_error::deserialize(MapDeserializer::<_, Error>::new(cells)).map_err(|error| {
        let column = error.path().to_string();
        (if column == "." { String::new() } else { column }, error.into_inner().to_string())
    })
}
