//! How the document describes a table: its columns, each in the words of the member that it contains.

use serde_json::{Map, Value, json};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::column::Column;
use super::{Table, Tabular};

/// The columns of a table in the document, in order.
pub const X_COLUMNS: &str = "x-columns";

impl<T: Tabular + ToSchema> PartialSchema for Table<T> {
    fn schema() -> RefOr<Schema> {
        let mut components = Vec::new();
        T::schemas(&mut components);
        let written = |schema| serde_json::to_value(schema).unwrap_or_default();
        let components = components.into_iter().map(|(name, schema)| (name, written(schema))).collect();
        let item = written(T::schema());
        let describe = |column: &Column| {
            let own = column.about.map(ToOwned::to_owned);
            let description = own.or_else(|| described(&item, column.member, &components));
            json!({ "name": column.name, "description": description.unwrap_or_default() })
        };
        let columns = T::COLUMNS.iter().map(describe).collect::<Vec<_>>();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .extensions(Some(ExtensionsBuilder::new().add(X_COLUMNS, columns).build()))
            .into()
    }
}

impl<T: Tabular + ToSchema> ToSchema for Table<T> {}

/// The description of a member of a schema, as one line.
fn described(schema: &Value, member: &str, components: &Map<String, Value>) -> Option<String> {
    let (first, rest) = member.split_once('.').map_or((member, None), |(first, rest)| (first, Some(rest)));
    let schema = resolved(schema, components);
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return parts.iter().find_map(|part| described(part, member, components));
    }
    let own = schema.get("properties")?.get(first)?;
    match rest {
        Some(rest) => described(own.get("items").unwrap_or(own), rest, components),
        // What may be absent is described beside nothing.
        None => std::iter::once(own).chain(choices(own)).find_map(text),
    }
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    schema.get("oneOf").and_then(Value::as_array).into_iter().flatten()
}

fn text(schema: &Value) -> Option<String> {
    Some(schema.get("description")?.as_str()?.replace('\n', " "))
}

/// The schema itself, where this is a reference to it.
fn resolved<'a>(schema: &'a Value, components: &'a Map<String, Value>) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|address| address.rsplit('/').next());
    name.and_then(|name| components.get(name)).unwrap_or(schema)
}
