//! The OpenAPI document: committed, whole, and plain enough for generators.

use std::collections::BTreeSet;
use std::fs;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::contract::{DOCUMENT, compile, compile_response};
use crate::support::operations::{self, Operation};

/// Parameters without an example, since Swagger UI would send it with all others: where to go on depends on the page
/// before, every request has a key of its own, and an inspection with judgements is no visit of a series and, as old as the example is, names no inspector.
const WITHOUT_EXAMPLE: [&str; 5] = ["cursor", "If-None-Match", "Idempotency-Key", "opened_by", "lead_inspector"];

fn has_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Where a reference leads, or the value itself.
fn resolve(value: &'static Value) -> &'static Value {
    value["$ref"].as_str().map_or(value, |target| {
        DOCUMENT.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} leads nowhere"))
    })
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_committed_document_is_current() {
    let committed =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap_or_default();
    let current = format!("{}\n", serde_json::to_string_pretty(&*DOCUMENT).unwrap());
    assert!(committed == current, "run: cargo run -- openapi > openapi/openapi.json");
}

#[test]
fn the_document_says_what_it_is() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1."));
    for pointer in [
        "/info/title",
        "/info/version",
        "/info/description",
        "/info/license/identifier",
        "/info/contact/name",
        "/servers/0/url",
        "/servers/0/description",
    ] {
        assert!(DOCUMENT.pointer(pointer).is_some_and(has_text), "{pointer} is missing");
    }
}

#[test]
fn every_operation_has_a_name_words_and_a_tag() {
    let tags = DOCUMENT["tags"].as_array().unwrap();
    let described = tags.iter().filter(|tag| has_text(&tag["description"])).map(|tag| tag["name"].as_str().unwrap());
    let described = described.collect::<BTreeSet<_>>();
    let (mut names, mut used, mut faults) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for Operation { id, method, about, .. } in operations::all() {
        let verb_fits = match id.split_once('_').map_or("", |(verb, _)| verb) {
            "list" | "get" | "export" => method == Method::GET,
            "create" => method == Method::POST,
            "update" => method == Method::PATCH,
            "replace" => method == Method::PUT,
            "delete" => method == Method::DELETE,
            _ => false,
        };
        let is_snake_case = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let tag = about["tags"].as_array().filter(|tags| tags.len() == 1).map_or("", |tags| tags[0].as_str().unwrap());
        used.insert(tag);
        for (holds, fault) in [
            (verb_fits, "begins with no verb for its method"),
            (is_snake_case, "is not in snake case"),
            (names.insert(id), "is the name of two operations"),
            (has_text(&about["summary"]), "has no summary"),
            (has_text(&about["description"]), "has no description"),
            (described.contains(tag), "has not exactly one tag that is described"),
        ] {
            faults.extend((!holds).then(|| format!("{id} {fault}")));
        }
    }
    assert_none(&faults);
    assert_eq!(used, described, "every tag is used");
}

#[test]
fn every_group_leads_to_its_operations() {
    let place = |operation: Operation| {
        let tag = operation.about["tags"][0].as_str().unwrap().replace(' ', "%20");
        format!("#/{tag}/{}", operation.id)
    };
    let places = operations::all().into_iter().map(place).collect::<BTreeSet<_>>();
    for tag in DOCUMENT["tags"].as_array().unwrap() {
        let links =
            tag["description"].as_str().unwrap().split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        // Another test follows those to the guides.
        let links = links.filter(|link| !link.starts_with("../guides/")).collect::<Vec<_>>();
        assert!(!links.is_empty(), "{tag} leads nowhere");
        assert!(links.iter().all(|link| places.contains(*link)), "{tag} leads to what is not there");
    }
}

#[test]
fn an_answer_that_holds_a_resource_links_to_what_can_be_done_with_it() {
    let all = operations::all();
    let schema_of = |response: &'static Value| response.pointer("/content/application~1json/schema");
    let mut found = 0;
    for operation in &all {
        for (status, response) in operation.about["responses"].as_object().unwrap() {
            let Some(schema) = schema_of(response) else { continue };
            let holds = |other: &&Operation| {
                let reads = all.iter().find(|reads| reads.is_read() && reads.path == other.path);
                let own = reads.and_then(|reads| schema_of(&reads.about["responses"]["200"]));
                other.path.ends_with('}') && own == Some(schema) && other.id != operation.id
            };
            let expected = all.iter().filter(holds).collect::<Vec<_>>();
            let links = response["links"].as_object().into_iter().flat_map(|links| links.keys().map(String::as_str));
            let ids = expected.iter().map(|other| other.id).collect::<BTreeSet<_>>();
            assert_eq!(links.collect::<BTreeSet<_>>(), ids, "{} {status}", operation.id);
            for other in expected {
                let link = resolve(&response["links"][other.id]);
                assert_eq!((&link["operationId"], has_text(&link["description"])), (&json!(other.id), true));
                let mut needed = other.path_parameters();
                needed.extend((!other.is_read()).then(|| "If-Match".to_owned()));
                let told = link["parameters"].as_object().unwrap();
                assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), needed.into_iter().collect());
                for value in told.values().filter(|value| *value != "$response.header.ETag") {
                    let member = value.as_str().unwrap().strip_prefix("$response.body#/").unwrap();
                    let required = resolve(schema)["required"].as_array().unwrap();
                    assert!(required.contains(&json!(member)), "{} {member}", operation.id);
                }
                found += 1;
            }
        }
    }
    assert!(found > 50, "{found}");
}

/// Operations that are told all they need by their address.
const WITHOUT_BODY: [&str; 1] = ["create_actions_from_recommendations"];

#[test]
fn every_operation_tells_all_its_answers() {
    for operation in operations::all() {
        let (id, method) = (operation.id, &operation.method);
        let is_change = matches!(*method, Method::PUT | Method::PATCH | Method::DELETE);
        let has_body = !operation.bodies().is_empty();
        let expected = [
            (true, vec![operation.success(), 400, 401, 406, 429, 500, 503]),
            (operation.needs_key(), vec![403]),
            (operation.is_read(), vec![304]),
            (operation.creates_too(), vec![201]),
            (operation.path.contains('{'), vec![404]),
            (!operation.query_parameters().is_empty(), vec![422]),
            (!operation.is_read(), vec![409]),
            (*method == Method::POST, vec![422]),
            (is_change, vec![412, 422, 428]),
            (has_body, vec![408, 413, 415, 422]),
        ];
        let expected = expected.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, statuses)| statuses);
        let responses = operation.about["responses"].as_object().unwrap();
        let told = responses.keys().map(|status| status.parse().unwrap()).collect::<BTreeSet<u16>>();
        assert_eq!(told, expected.collect(), "{id}");
        let mut faults = Vec::new();
        for (status, response) in responses {
            let response = resolve(response);
            if !has_text(&response["description"]) {
                faults.push(format!("{id} {status} has no description"));
            }
            let is_problem = status.as_str() >= "400";
            let problem = &response["content"]["application/problem+json"];
            if is_problem && problem["schema"]["$ref"] != "#/components/schemas/Problem" {
                faults.push(format!("{id} {status} is no problem"));
            }
            let mut headers = vec!["X-Request-Id", "Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy"];
            match status.as_str() {
                "200" | "304" | "412" => headers.push("ETag"),
                "201" => headers.extend(["ETag", "Location"]),
                "401" => headers.push("WWW-Authenticate"),
                "429" | "503" => headers.push("Retry-After"),
                _ => {}
            }
            let missing = headers.into_iter().filter(|name| !resolve(&response["headers"][*name]).is_object());
            faults.extend(missing.map(|name| format!("{id} {status} has no {name}")));
        }
        let bodies = operation.bodies().into_iter().map(|(media_type, _)| media_type.as_str()).collect::<Vec<_>>();
        match *method {
            Method::POST | Method::PUT | Method::PATCH if !WITHOUT_BODY.contains(&id) => {
                assert_eq!(bodies, ["application/json"], "{id}");
            }
            _ => assert!(bodies.is_empty(), "{id}"),
        }
        assert_none(&faults);
    }
}

#[test]
fn every_example_is_there_and_fits_its_schema() {
    let mut faults = Vec::new();
    for operation in operations::all() {
        let id = operation.id;
        let given = operation
            .answers()
            .into_iter()
            .map(|(name, content)| (name, content, compile_response(&content["schema"])));
        let sent = operation.bodies().into_iter().map(|(name, content)| (name, content, compile(&content["schema"])));
        for (media_type, content, validator) in given.chain(sent) {
            match content.get("example") {
                None => faults.push(format!("{id} has no example of {media_type}")),
                Some(example) => {
                    let errors = validator.iter_errors(example).map(|error| error.to_string()).collect::<Vec<_>>();
                    faults.extend(errors.into_iter().map(|error| format!("{id} {media_type}: {error}")));
                }
            }
        }
        for parameter in operation.parameters("query").filter(|parameter| parameter["required"] == true) {
            faults.push(format!("{id} wants {}", parameter["name"]));
        }
        for place in ["path", "query", "header"] {
            for parameter in operation.parameters(place) {
                let name = parameter["name"].as_str().unwrap();
                match parameter.get("example") {
                    None if WITHOUT_EXAMPLE.contains(&name) => {}
                    None => faults.push(format!("{id} has no example of {name}")),
                    Some(example) if compile(&parameter["schema"]).is_valid(example) => {}
                    Some(example) => faults.push(format!("{id} {name}: {example} is not what the schema says")),
                }
            }
        }
    }
    assert_none(&faults);
}

/// Every schema of the document by its place: of components, parameters and headers, and all within them.
fn schemas() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        collect(name.clone(), schema, &mut found);
    }
    for (name, header) in DOCUMENT["components"]["headers"].as_object().unwrap() {
        collect(format!("header {name}"), &header["schema"], &mut found);
    }
    for operation in operations::all() {
        for parameter in operation.about["parameters"].as_array().unwrap() {
            collect(format!("{} {}", operation.id, parameter["name"]), &parameter["schema"], &mut found);
        }
    }
    found
}

fn collect(place: String, schema: &'static Value, found: &mut Vec<(String, &'static Value)>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        collect(format!("{place}.{name}"), property, found);
    }
    if let Some(items) = schema.get("items") {
        collect(format!("{place}[]"), items, found);
    }
    found.push((place, schema));
}

/// The types of a schema.
fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().map(|name| name.as_str().unwrap()).collect(),
        name => name.as_str().into_iter().collect(),
    }
}

/// Whether a schema is a choice of a reference and null, the only one that the document has.
fn is_reference_or_null(schema: &Value) -> bool {
    let choices = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    matches!(choices, [one, null] if one["$ref"].is_string() && *null == json!({ "type": "null" }))
}

#[test]
fn every_schema_has_limits() {
    let mut faults = Vec::new();
    for (place, schema) in schemas().into_iter().filter(|(_, schema)| schema.get("$ref").is_none()) {
        let types = types(schema);
        let has = |name: &str| schema.get(name).is_some();
        let is_patch = place.split(['.', '[']).next().unwrap().ends_with("Patch");
        if is_patch && is_reference_or_null(schema) {
            continue;
        }
        let is_limited = match types.first() {
            Some(&"string") => has("enum") || has("maxLength") != has("format"),
            Some(&"integer") => has("minimum") && has("maximum") && has("format"),
            Some(&"number") => has("minimum") && has("maximum"),
            Some(&"array") => has("maxItems") && has("items"),
            // An event holds a resource of any kind.
            Some(&"object") => has("properties") || ["Event.before", "Event.after"].contains(&place.as_str()),
            Some(&"boolean") => true,
            _ => false,
        };
        if !is_limited {
            faults.push(format!("{place} has no limits: {schema}"));
        }
        if ["oneOf", "anyOf", "allOf", "not"].into_iter().any(has) {
            faults.push(format!("{place} is a choice"));
        }
        if types.contains(&"null") && !is_patch {
            faults.push(format!("{place} may be null"));
        }
    }
    assert_none(&faults);
}

#[test]
fn everything_has_a_description() {
    let mut faults = Vec::new();
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        if !has_text(&schema["description"]) {
            faults.push(name.clone());
        }
    }
    for (place, schema) in schemas() {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if !has_text(&property["description"]) {
                faults.push(format!("{place}.{name}"));
            }
        }
    }
    for (name, header) in DOCUMENT["components"]["headers"].as_object().unwrap() {
        if !has_text(&header["description"]) {
            faults.push(name.clone());
        }
    }
    for operation in operations::all() {
        for parameter in operation.about["parameters"].as_array().unwrap() {
            if !has_text(&parameter["description"]) {
                faults.push(format!("{} {}", operation.id, parameter["name"]));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn what_is_sent_in_holds_no_unknown_members() {
    let (mut open, mut seen) = (Vec::new(), BTreeSet::new());
    let bodies = operations::all().into_iter().flat_map(|operation| operation.bodies());
    let mut queue = bodies.map(|(_, body)| &body["schema"]).collect::<Vec<_>>();
    while let Some(schema) = queue.pop() {
        let name = schema["$ref"].as_str();
        if name.is_some_and(|name| !seen.insert(name)) {
            continue;
        }
        let target = resolve(schema);
        queue.extend(target["properties"].as_object().into_iter().flat_map(|members| members.values()));
        queue.extend(target.get("items"));
        if target["type"] == "object" && target["additionalProperties"] != false {
            open.push(format!("{name:?} is open"));
        }
    }
    assert_none(&open);
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let mut used = BTreeSet::new();
    references(&DOCUMENT, &mut used);
    let components = DOCUMENT["components"].as_object().unwrap();
    let components = components.iter().flat_map(|(kind, members)| {
        members.as_object().unwrap().keys().map(move |name| format!("#/components/{kind}/{name}"))
    });
    assert_eq!(used, components.collect());
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(ToOwned::to_owned));
            // Of a security scheme an operation tells the name alone.
            let schemes = members.get("security").and_then(Value::as_array).into_iter().flatten();
            let schemes = schemes.flat_map(|scheme| scheme.as_object().unwrap().keys());
            found.extend(schemes.map(|name| format!("#/components/securitySchemes/{name}")));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}
