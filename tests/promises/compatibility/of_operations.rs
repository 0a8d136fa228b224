//! Every rule of operations on a pair of its own, and its contrary, which breaks nobody.

use rstest::rstest;
use serde_json::{Value, json};

use super::compare::breaking_changes;

/// A small document.
fn whole() -> Value {
    json!({
        "servers": [{ "url": "/v1" }],
        "security": [],
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "schemas": { "A": { "type": "object" } },
        },
        "paths": { "/a": { "post": {
            "operationId": "create_a",
            "tags": ["A"],
            "x-roles": ["admin", "steward"],
            "parameters": [query("string", 9)],
            "requestBody": { "content": { "application/json": { "schema": { "type": ["object", "null"] } } } },
            "responses": {
                "201": {
                    "headers": { "ETag": { "schema": { "maxLength": 9 } } },
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } },
                },
                "404": {},
            },
        } } },
    })
}

fn query(kind: &str, max: u32) -> Value {
    json!({ "name": "q", "in": "query", "explode": false, "schema": { "type": kind, "maxLength": max } })
}

/// The document after a merge patch (RFC 7396).
fn patched(mut document: Value, patch: Value) -> Value {
    match patch {
        Value::Object(patch) => {
            for (name, value) in patch {
                let members = document.as_object_mut().unwrap();
                let own = members.remove(&name).unwrap_or(json!({}));
                if !value.is_null() {
                    members.insert(name, patched(own, value));
                }
            }
            document
        }
        other => other,
    }
}

/// The document with a patch of its only operation.
#[expect(clippy::needless_pass_by_value, reason = "what is written in place is read best without a sign before it")]
fn with(operation: Value) -> Value {
    patched(whole(), json!({ "paths": { "/a": { "post": operation } } }))
}

fn broken(old: &Value, new: &Value) -> Vec<String> {
    breaking_changes(old, new).into_iter().map(|change| change.pointer).collect()
}

#[test]
fn the_same_document_breaks_nobody() {
    assert_eq!(broken(&whole(), &whole()), [""; 0]);
}

/// What is taken away breaks callers; what is added breaks nobody.
#[rstest]
#[case::a_path(patched(whole(), json!({ "paths": { "/a": null } })), "/paths/~1a/post")]
#[case::an_operation(patched(whole(), json!({ "paths": { "/a": { "post": null } } })), "/paths/~1a/post")]
#[case::a_scheme(patched(whole(), json!({ "components": { "securitySchemes": null } })), "/components/securitySchemes/key")]
#[case::a_parameter(with(json!({ "parameters": [] })), "/paths/~1a/post/parameters/0")]
#[case::the_body(with(json!({ "requestBody": null })), "/paths/~1a/post/requestBody")]
#[case::an_error(with(json!({ "responses": { "404": null } })), "/paths/~1a/post/responses/404")]
#[case::a_header(with(json!({ "responses": { "201": { "headers": null } } })), "/paths/~1a/post/responses/201/headers/ETag")]
#[case::what_is_sent(
    with(json!({ "requestBody": { "content": { "application/json": null } } })),
    "/paths/~1a/post/requestBody/content/application~1json"
)]
#[case::what_is_given(
    with(json!({ "responses": { "201": { "content": null } } })),
    "/paths/~1a/post/responses/201/content/application~1json"
)]
fn what_is_gone_breaks_callers(#[case] less: Value, #[case] place: &str) {
    assert_eq!(broken(&whole(), &less), [place]);
    assert_eq!(broken(&less, &whole()), [""; 0]);
}

/// What is asked of callers breaks them; what is asked no longer breaks nobody.
#[rstest]
#[case::a_new_parameter(
    with(json!({ "parameters": [query("string", 9), { "name": "r", "in": "query", "required": true }] })),
    &["/paths/~1a/post/parameters/1"], &["/paths/~1a/post/parameters/1"]
)]
#[case::a_parameter(
    with(json!({ "parameters": [patched(query("string", 9), json!({ "required": true }))] })),
    &["/paths/~1a/post/parameters/0/required"], &[]
)]
#[case::a_body(with(json!({ "requestBody": { "required": true } })), &["/paths/~1a/post/requestBody/required"], &[])]
#[case::a_key(with(json!({ "security": [{ "key": [] }] })), &["/paths/~1a/post/security"], &[])]
#[case::a_key_everywhere(patched(whole(), json!({ "security": [{ "key": [] }] })), &["/paths/~1a/post/security"], &[])]
#[case::a_key_of_those_who_have_one(with(json!({ "security": [{}, { "key": [] }] })), &[], &[])]
#[case::another_role(
    with(json!({ "x-roles": ["admin"] })), &["/paths/~1a/post/x-roles"], &[]
)]
#[case::a_shorter_text(
    with(json!({ "parameters": [query("string", 8)] })), &["/paths/~1a/post/parameters/0/schema/maxLength"], &[]
)]
#[case::another_body(
    with(json!({ "requestBody": { "content": { "application/json": { "schema": { "type": "object" } } } } })),
    &["/paths/~1a/post/requestBody/content/application~1json/schema/type"], &[]
)]
fn what_is_asked_breaks_callers(#[case] more: Value, #[case] places: &[&str], #[case] back: &[&str]) {
    assert_eq!(broken(&whole(), &more), places);
    assert_eq!(broken(&more, &whole()), back);
}

/// What is given more widely breaks callers; more narrowly, it breaks nobody.
#[rstest]
#[case::a_header(
    with(json!({ "responses": { "201": { "headers": { "ETag": { "schema": { "maxLength": 10 } } } } } })),
    "/paths/~1a/post/responses/201/headers/ETag/schema/maxLength"
)]
#[case::a_component(
    patched(whole(), json!({ "components": { "schemas": { "A": { "type": ["object", "null"] } } } })),
    "/components/schemas/A/type"
)]
#[case::a_success(with(json!({ "responses": { "202": {} } })), "/paths/~1a/post/responses/202")]
fn what_is_given_otherwise_breaks_callers(#[case] wider: Value, #[case] place: &str) {
    assert_eq!(broken(&whole(), &wider), [place]);
}

/// What has another name, or is written otherwise, breaks callers both ways.
#[rstest]
#[case::the_name(with(json!({ "operationId": "make_a" })), &["/paths/~1a/post/operationId"])]
#[case::the_group(with(json!({ "tags": ["B"] })), &["/paths/~1a/post/tags"])]
#[case::lists_in_parameters(
    with(json!({ "parameters": [patched(query("string", 9), json!({ "explode": true }))] })),
    &["/paths/~1a/post/parameters/0/explode"]
)]
#[case::a_type(with(json!({ "parameters": [query("integer", 9)] })), &["/paths/~1a/post/parameters/0/schema/type"])]
#[case::the_server(patched(whole(), json!({ "servers": [{ "url": "/v2" }] })), &["/servers"])]
#[case::the_scheme(
    patched(whole(), json!({ "components": { "securitySchemes": { "key": { "scheme": "basic" } } } })),
    &["/components/securitySchemes/key/scheme"]
)]
fn what_is_simply_another_breaks_both(#[case] other: Value, #[case] places: &[&str]) {
    assert_eq!(broken(&whole(), &other), places);
    assert_eq!(broken(&other, &whole()), places);
}

#[test]
fn a_schema_of_another_name_breaks_clients() {
    let renamed = patched(
        with(
            json!({ "responses": { "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/B" } } } } } }),
        ),
        json!({ "components": { "schemas": { "A": null, "B": { "type": "object" } } } }),
    );
    let answer = "/paths/~1a/post/responses/201/content/application~1json/schema";
    assert_eq!(broken(&whole(), &renamed), ["/components/schemas/A", answer]);
    let with_both = patched(renamed, json!({ "components": { "schemas": { "A": { "type": "object" } } } }));
    assert_eq!(broken(&whole(), &with_both), [answer]);
}

/// What callers need not know breaks none of them.
#[rstest]
#[case::an_operation(patched(whole(), json!({ "paths": { "/b": { "get": { "operationId": "get_b" } } } })))]
#[case::a_parameter(with(json!({ "parameters": [{ "name": "r", "in": "query" }, query("string", 9)] })))]
#[case::an_error(with(json!({ "responses": { "409": {} } })))]
#[case::a_header(with(json!({ "responses": { "201": { "headers": { "Link": {} } } } })))]
#[case::a_media_type(with(json!({ "responses": { "201": { "content": { "text/csv": {} } } } })))]
#[case::what_may_be_sent(with(json!({ "requestBody": { "content": { "text/csv": {} } } })))]
#[case::words(with(json!({ "summary": "Record", "description": "Records.", "deprecated": true })))]
fn what_is_added_breaks_nobody(#[case] more: Value) {
    assert_eq!(broken(&whole(), &more), [""; 0]);
}

#[test]
fn a_change_of_what_operations_share_names_them_all() {
    let shared = |most: u32| {
        let operation =
            |id: &str| json!({ "operationId": id, "responses": { "200": { "$ref": "#/components/responses/R" } } });
        json!({
            "components": { "responses": { "R": { "content": { "text/csv": { "schema": { "maxLength": most } } } } } },
            "paths": { "/a": { "get": operation("get_a") }, "/b": { "get": operation("get_b") } },
        })
    };
    let [change] = breaking_changes(&shared(1), &shared(2)).try_into().unwrap();
    assert_eq!(change.pointer, "/components/responses/R/content/text~1csv/schema/maxLength");
    assert_eq!(change.operations.into_iter().collect::<Vec<_>>(), ["get_a", "get_b"]);
    assert_eq!(change.message, "other values than before are given: maxLength 2 was 1");
}
