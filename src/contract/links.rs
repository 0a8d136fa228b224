//! Links from each response that contains a resource to the operations at its address, with their parameters.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::pointers::{object_mut, set};
use crate::http::route::METHODS;

/// A resource with its own address: the reference to its schema, and the operations at the address.
struct Resource {
    schema: String,
    operations: Vec<String>,
}

/// Describes a link to each operation at the address of a resource, and adds the links to the responses that contain
/// it.
pub(super) fn add_links(document: &mut Value) {
    let (mut resources, mut links) = (Vec::new(), Map::new());
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let own = item.pointer("/get/responses/200").and_then(schema_of).filter(|_| path.ends_with('}'));
        let Some(schema) = own else { continue };
        let operations = METHODS.iter().filter_map(|(name, _)| item.get(name));
        let described = operations.filter_map(|operation| describe(document, operation, schema)).collect::<Vec<_>>();
        if described.len() > 1 {
            let operations = described.iter().map(|(id, _)| id.clone()).collect();
            resources.push(Resource { schema: schema.to_owned(), operations });
            links.extend(described);
        }
    }
    let mut used = BTreeSet::new();
    for (_, item) in object_mut(document, "/paths") {
        for (name, _) in &METHODS {
            let Some(operation) = item.get_mut(name) else { continue };
            let id = id_of(operation).unwrap_or_default().to_owned();
            for (_, response) in object_mut(operation, "/responses") {
                let Some(schema) = schema_of(response) else { continue };
                let Some(resource) = resources.iter().find(|resource| resource.schema == schema) else { continue };
                let others = resource.operations.iter().filter(|other| **other != id).cloned().collect::<Vec<_>>();
                let reference = |other: &String| json!({ "$ref": format!("#/components/links/{other}") });
                let links = others.iter().map(|other| (other.clone(), reference(other))).collect();
                set(response, "/links", Value::Object(links));
                used.extend(others);
            }
        }
    }
    links.retain(|id, _| used.contains(id));
    set(document, "/components/links", Value::Object(links));
}

fn id_of(operation: &Value) -> Option<&str> {
    operation.get("operationId")?.as_str()
}

/// The reference to the schema of a JSON response.
fn schema_of(response: &Value) -> Option<&str> {
    response.pointer("/content/application~1json/schema/$ref")?.as_str()
}

/// The link to an operation from a response with this schema: the path parameters, and the entity tag for a change.
fn describe(document: &Value, operation: &Value, schema: &str) -> Option<(String, Value)> {
    let id = id_of(operation)?;
    let members = document.pointer(schema.strip_prefix('#')?)?.get("properties")?;
    let mut parameters = Map::new();
    for parameter in operation.get("parameters")?.as_array()? {
        let name = parameter.get("name")?.as_str()?;
        if name == "If-Match" {
            parameters.insert(name.to_owned(), json!("$response.header.ETag"));
        } else if parameter.get("in")? == "path" {
            let member =
                [name.to_owned(), format!("{name}_id")].into_iter().find(|name| members.get(name).is_some())?;
            parameters.insert(name.to_owned(), json!(format!("$response.body#/{member}")));
        }
    }
    let link = json!({ "operationId": id, "description": operation.get("summary"), "parameters": parameters });
    Some((id.to_owned(), link))
}
