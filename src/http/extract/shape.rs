//! The shape of a body, as its type describes itself in the document: where a body that cannot be decoded departs from it,
//! everywhere at once. The walk also mends what it finds, so that the rules of the rest can be checked.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use moka::sync::Cache;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::error::{FieldError, MAX_ERRORS};
use crate::http::rules::pointer;
use crate::values::date::Date;
use crate::values::id::Id;
use crate::values::nearest::did_you_mean;
use crate::values::timestamp::Timestamp;

/// More than there are types of bodies.
const MAX_SHAPES: u64 = 1_000;

/// The schema of a type, with those that it refers to.
pub struct Shape {
    name: String,
    components: HashMap<String, Value>,
}

/// What the walk through a body found.
#[derive(Default)]
pub struct Walk {
    /// What is wrong.
    pub errors: Vec<FieldError>,
    /// The places of values that were replaced or removed.
    pub mended: Vec<String>,
}

impl Walk {
    /// Whether so much is wrong that the walk stopped.
    pub fn is_cut(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    /// Whether a rule at a place may be broken only because something was mended: there, below, or in a member of the
    /// object there.
    pub fn concerns(&self, place: &str) -> bool {
        self.mended.iter().any(|mended| {
            let is_at_or_below =
                place.strip_prefix(mended).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            let parent = mended.rsplit_once('/').filter(|(_, name)| name.parse::<usize>().is_err());
            is_at_or_below || parent.is_some_and(|(parent, _)| parent == place)
        })
    }

    fn note(&mut self, place: &str, code: &str, message: impl Into<String>) {
        if !self.is_cut() {
            self.errors.push(FieldError::body(place, code, message));
        }
    }
}

impl Shape {
    /// The shape of a type, which is described once.
    pub fn of<T: ToSchema + 'static>() -> Arc<Self> {
        static SHAPES: LazyLock<Cache<TypeId, Arc<Shape>>> = LazyLock::new(|| Cache::new(MAX_SHAPES));
        SHAPES.get_with(TypeId::of::<T>(), || {
            let mut components = Vec::new();
            T::schemas(&mut components);
            let name = T::name().into_owned();
            components.push((name.clone(), T::schema()));
            let components = components.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
            Arc::new(Self { name, components })
        })
    }

    /// Finds where a body departs from the shape, and mends it there: a member that may be absent is removed, another one
    /// gets a value that can be decoded.
    pub fn mend(&self, body: &mut Map<String, Value>) -> Walk {
        let mut walk = Walk::default();
        if let Some(schema) = self.components.get(&self.name) {
            self.mend_object(schema, &self.name, body, "", &mut walk);
        }
        walk
    }

    /// Puts errors in the order of the document.
    pub fn sort(&self, errors: &mut [FieldError]) {
        errors.sort_by_cached_key(|error| self.rank(error.pointer.as_deref().unwrap_or_default()));
    }

    /// The positions of the steps to a place; what is unknown comes last.
    fn rank(&self, place: &str) -> Vec<usize> {
        let mut schema = self.components.get(&self.name);
        let steps = place.split('/').skip(1).map(|step| {
            let own = schema.map(|schema| self.resolved(schema).1);
            let properties = own.and_then(|own| own.get("properties")?.as_object());
            let position = properties.and_then(|properties| properties.keys().position(|name| name == step));
            schema = properties.and_then(|properties| properties.get(step)).or_else(|| own?.get("items"));
            position.or_else(|| step.parse().ok()).unwrap_or(usize::MAX)
        });
        steps.collect()
    }

    /// What a schema refers to, with its name; null beside it is passed over.
    fn resolved<'a>(&'a self, schema: &'a Value) -> (&'a str, &'a Value) {
        let choice = ["oneOf", "anyOf", "allOf"].into_iter().find_map(|name| schema.get(name)?.as_array());
        if let Some(schema) = choice.and_then(|choice| choice.iter().find(|schema| !has_type(schema, "null"))) {
            return self.resolved(schema);
        }
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        match target.and_then(|name| self.components.get_key_value(name)) {
            Some((name, schema)) => (name, self.resolved(schema).1),
            None => ("the object", schema),
        }
    }

    fn mend_object(&self, schema: &Value, name: &str, object: &mut Map<String, Value>, place: &str, walk: &mut Walk) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        if schema.get("additionalProperties") == Some(&json!(false)) {
            object.retain(|member, _| {
                let is_known = properties.contains_key(member);
                if !is_known {
                    walk.note(&pointer(place, member), "unknown", format!("is not a member of {name}"));
                }
                is_known
            });
        }
        let required = schema.get("required").and_then(Value::as_array);
        for (member, property) in properties {
            let place = pointer(place, member);
            let is_required = required.is_some_and(|names| names.iter().any(|name| name == member));
            let is_good = match object.get_mut(member) {
                Some(value) => self.mend_value(property, value, &place, walk),
                None => !is_required,
            };
            if is_good {
                continue;
            }
            if !object.contains_key(member) {
                walk.note(&place, "required", "is required");
            }
            walk.mended.push(place);
            if is_required {
                object.insert(member.clone(), self.stand_in(property));
            } else {
                object.remove(member);
            }
        }
    }

    /// Mends what is inside a value. Returns whether the value itself has its shape.
    fn mend_value(&self, schema: &Value, value: &mut Value, place: &str, walk: &mut Walk) -> bool {
        let (name, own) = self.resolved(schema);
        if value.is_null() {
            let may_be_null = is_nullable(schema);
            if !may_be_null {
                walk.note(place, "null", "must not be null");
            }
            return may_be_null;
        }
        match value {
            Value::Object(object) if has_type(own, "object") => self.mend_object(own, name, object, place, walk),
            Value::Array(items) if has_type(own, "array") => {
                let Some(schema) = own.get("items") else { return true };
                for (index, item) in items.iter_mut().enumerate() {
                    let place = pointer(place, &index.to_string());
                    if walk.is_cut() {
                        break;
                    }
                    if !self.mend_value(schema, item, &place, walk) {
                        walk.mended.push(place);
                        *item = self.stand_in(schema);
                    }
                }
            }
            value => {
                if let Some((code, message)) = fault(own, value) {
                    walk.note(place, code, message);
                    return false;
                }
            }
        }
        true
    }

    /// A value that can be decoded, whatever the rules say of it.
    fn stand_in(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema).1;
        if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
            return first.clone();
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("date") => return json!("2000-01-01"),
            Some("date-time") => return json!("2000-01-01T00:00:00Z"),
            Some("uuid") => return json!("00000000-0000-0000-0000-000000000000"),
            _ => {}
        }
        if has_type(schema, "string") {
            json!("")
        } else if has_type(schema, "integer") {
            schema.get("minimum").cloned().unwrap_or_else(|| json!(0))
        } else if has_type(schema, "boolean") {
            json!(false)
        } else if has_type(schema, "array") {
            json!([])
        } else {
            let mut object = Map::new();
            self.mend_object(schema, "", &mut object, "", &mut Walk::default());
            Value::Object(object)
        }
    }
}

fn has_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(|own| own == name),
        own => own.is_some_and(|own| own == name),
    }
}

fn is_nullable(schema: &Value) -> bool {
    let choices = schema.get("oneOf").and_then(Value::as_array);
    has_type(schema, "null") || choices.is_some_and(|choices| choices.iter().any(|choice| has_type(choice, "null")))
}

/// The code and the message of what is wrong with the shape of a value that holds no others. The lengths and patterns of
/// texts are rules of their types.
fn fault(schema: &Value, value: &Value) -> Option<(&'static str, String)> {
    let expected = [
        ("string", "must be text"),
        ("integer", "must be a whole number"),
        ("boolean", "must be true or false"),
        ("array", "must be a list"),
        ("object", "must be an object"),
    ];
    let is_of_type = match value {
        Value::String(_) => has_type(schema, "string"),
        Value::Number(number) => has_type(schema, "integer") && (number.is_i64() || number.is_u64()),
        Value::Bool(_) => has_type(schema, "boolean"),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    if !is_of_type {
        let (_, message) = expected.into_iter().find(|(name, _)| has_type(schema, name))?;
        return Some(("type", message.to_owned()));
    }
    if let Some(text) = value.as_str() { fault_of_text(schema, text) } else { fault_of_number(schema, value) }
}

fn fault_of_text(schema: &Value, text: &str) -> Option<(&'static str, String)> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values = values.iter().filter_map(Value::as_str).collect::<Vec<_>>();
        let suggestion = || did_you_mean(text, values.iter().copied());
        let message = || format!("must be one of {}{}", values.join(", "), suggestion());
        return (!values.contains(&text)).then(|| ("enum", message()));
    }
    let message = match schema.get("format").and_then(Value::as_str)? {
        "date" => text.parse::<Date>().err(),
        "date-time" => text.parse::<Timestamp>().err(),
        "uuid" => text.parse::<Id<()>>().err(),
        _ => None,
    };
    message.map(|message| ("format", message))
}

fn fault_of_number(schema: &Value, value: &Value) -> Option<(&'static str, String)> {
    let (least, most) = (schema.get("minimum")?.as_i64()?, schema.get("maximum")?.as_i64()?);
    let is_inside = value.as_i64().is_some_and(|number| (least..=most).contains(&number));
    (!is_inside).then(|| ("range", format!("must be {least} to {most}")))
}
