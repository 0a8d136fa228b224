//! The columns of tables: each is a member of the JSON of an item.

use std::borrow::Cow;

use serde_json::Value;

/// Between the values of a list in one cell.
pub const SEPARATOR: &str = "; ";

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The member of the item that it contains, with a dot before a member of a member or of the items of a list.
    pub member: &'static str,
    /// What it contains; as the member if absent.
    pub about: Option<&'static str>,
    source: Source,
}

/// How the cell of a column is found.
#[derive(Debug, Clone)]
enum Source {
    /// As a member.
    Member,
    /// As many columns as there are keys.
    Spread(Spread),
    /// As a member of the item with this key in a list.
    Keyed(Spread, String),
}

/// A list of items with keys, each of which is a column.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// The member with the key.
    pub key: &'static str,
    /// The members with the value, of which the first that is present counts.
    pub values: &'static [&'static str],
}

impl Column {
    /// The column of the member with the same name.
    #[must_use]
    pub const fn of(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), member: name, about: None, source: Source::Member }
    }

    /// The column of a member within others.
    #[must_use]
    pub const fn at(name: &'static str, member: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), member, about: None, source: Source::Member }
    }

    /// The columns of a list, one for each key.
    #[must_use]
    pub const fn spread(name: &'static str, member: &'static str, spread: Spread) -> Self {
        Self { name: Cow::Borrowed(name), member, about: None, source: Source::Spread(spread) }
    }

    /// The column with another description than that of its member.
    #[must_use]
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = Some(about);
        self
    }

    /// The cell of an item.
    #[must_use]
    pub fn cell(&self, item: &Value) -> String {
        match &self.source {
            Source::Member => cell(&picked(item, self.member)),
            Source::Spread(_) => String::new(),
            Source::Keyed(spread, key) => {
                let items = item.get(self.member).and_then(Value::as_array).into_iter().flatten();
                let mut own = items.filter(|item| item.get(spread.key).is_some_and(|own| own == key.as_str()));
                let value = own.next().and_then(|own| spread.values.iter().find_map(|name| own.get(*name)));
                value.map(cell).unwrap_or_default()
            }
        }
    }
}

/// The columns with one for each key in place of the one that stands for all.
#[must_use]
pub fn spread_over<K: ToString>(columns: &[Column], keys: &[K]) -> Vec<Column> {
    let each = |column: &Column| match &column.source {
        Source::Spread(spread) => {
            let keyed = keys.iter().map(|key| Column {
                name: Cow::Owned(key.to_string()),
                source: Source::Keyed(*spread, key.to_string()),
                ..column.clone()
            });
            keyed.collect()
        }
        _ => vec![column.clone()],
    };
    columns.iter().flat_map(each).collect()
}

/// The value of a member; of a member of each item of a list, the list of the values.
fn picked<'a>(item: &'a Value, member: &str) -> Cow<'a, Value> {
    let (first, rest) = member.split_once('.').map_or((member, None), |(first, rest)| (first, Some(rest)));
    match (item, rest) {
        (Value::Array(items), _) => Cow::Owned(
            items.iter().map(|item| picked(item, member).into_owned()).filter(|value| !value.is_null()).collect(),
        ),
        (_, None) => item.get(first).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        (_, Some(rest)) => item.get(first).map_or(Cow::Owned(Value::Null), |inner| picked(inner, rest)),
    }
}

/// A value as a cell: as in JSON, without quotes; absent values are empty, the values of a list are joined.
fn cell(value: &Value) -> String {
    match value {
        Value::String(_) | Value::Array(_) => inert(&plain(value)),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(SEPARATOR),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// Text that a spreadsheet does not take for a formula: an apostrophe goes before the signs that begin one. Numbers have
/// no need of it.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::{Column, Spread, spread_over};

    #[rstest]
    #[case("absent", "")]
    #[case("text", "a, \"b\"")]
    #[case("number", "-5")]
    #[case("flag", "true")]
    #[case("codes", "one; two")]
    #[case("formula", "'=1+1")]
    #[case("formulas", "'-1; =2")]
    #[case("wide", "'＝1")]
    #[case("inner.total", "3")]
    #[case("inner.none", "")]
    #[case("none.total", "")]
    #[case("people.name", "A; B")]
    #[case("people.role", "Lead")]
    fn a_cell_is_a_member(#[case] member: &'static str, #[case] expected: &str) {
        let item = json!({
            "text": "a, \"b\"", "number": -5, "flag": true, "codes": ["one", "two"], "formula": "=1+1",
            "formulas": ["-1", "=2"], "wide": "＝1", "inner": { "total": 3 },
            "people": [{ "name": "A", "role": "Lead" }, { "name": "B" }],
        });
        assert_eq!(Column::at("column", member).cell(&item), expected);
    }

    #[test]
    fn a_list_with_keys_is_a_column_for_each() {
        let grades = Column::spread("area", "judgements", Spread { key: "area", values: &["grade", "absence_reason"] });
        let columns = spread_over(&[Column::of("name"), grades], &["care".to_owned(), "help".to_owned()]);
        let item = json!({ "name": "A", "judgements": [
            { "area": "help", "grade": "good" }, { "area": "other", "absence_reason": "not_judged" },
        ] });
        let row = |item: &Value| columns.iter().map(|column| column.cell(item)).collect::<Vec<_>>();
        assert_eq!(columns.iter().map(|column| column.name.as_ref()).collect::<Vec<_>>(), ["name", "care", "help"]);
        assert_eq!(row(&item), ["A", "", "good"]);
    }
}
