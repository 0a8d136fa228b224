//! Every rule of schemas on a pair of its own: what breaks callers one way breaks none the other way.

use rstest::rstest;
use serde_json::{Value, json};

use super::compare::Found;
use super::schema::{Direction, Schemas};

/// The places of what breaks callers when one schema becomes the other.
fn broken(old: &Value, new: &Value, direction: Direction) -> Vec<String> {
    let (old_document, new_document) = (json!({ "s": old, "whole": old }), json!({ "s": new, "whole": new }));
    let mut found = Found::default();
    Schemas { old: &old_document, new: &new_document, direction }.compare((old, new), "", &mut found);
    found.pointers().into_iter().map(ToOwned::to_owned).collect()
}

/// Narrower is broken for those who send, and for nobody else; wider for those who receive.
#[rstest]
#[case::a_value_fewer(json!({ "enum": ["a", "b"] }), json!({ "enum": ["a"] }), "/enum")]
#[case::values_where_all_were(json!({ "type": "string" }), json!({ "type": "string", "enum": ["a"] }), "/enum")]
#[case::one_value_of_two(json!({ "enum": ["a", "b"] }), json!({ "const": "a" }), "/enum")]
#[case::a_type_fewer(json!({ "type": ["string", "null"] }), json!({ "type": "string" }), "/type")]
#[case::whole_numbers_of_all(json!({ "type": "number" }), json!({ "type": "integer" }), "/type")]
#[case::null_no_more(json!({ "oneOf": [{ "type": "string" }, { "type": "null" }] }), json!({ "type": "string" }), "/type")]
#[case::a_type_where_all_were(json!({}), json!({ "type": "string" }), "/type")]
#[case::a_greater_least(json!({ "minimum": 1 }), json!({ "minimum": 2 }), "/minimum")]
#[case::a_least(json!({}), json!({ "exclusiveMinimum": 0 }), "/exclusiveMinimum")]
#[case::a_smaller_most(json!({ "maximum": 2 }), json!({ "maximum": 1 }), "/maximum")]
#[case::a_most(json!({}), json!({ "exclusiveMaximum": 9 }), "/exclusiveMaximum")]
#[case::a_longer_shortest(json!({ "minLength": 1 }), json!({ "minLength": 2 }), "/minLength")]
#[case::a_shorter_longest(json!({ "maxLength": 2 }), json!({ "maxLength": 1 }), "/maxLength")]
#[case::more_items_at_least(json!({ "minItems": 0 }), json!({ "minItems": 1 }), "/minItems")]
#[case::fewer_items_at_most(json!({}), json!({ "maxItems": 5 }), "/maxItems")]
#[case::more_members_at_least(json!({}), json!({ "minProperties": 1 }), "/minProperties")]
#[case::fewer_members_at_most(json!({ "maxProperties": 2 }), json!({ "maxProperties": 1 }), "/maxProperties")]
#[case::a_format(json!({}), json!({ "format": "uuid" }), "/format")]
#[case::narrow_numbers(json!({ "format": "int64" }), json!({ "format": "int32" }), "/format")]
#[case::a_step(json!({}), json!({ "multipleOf": 2 }), "/multipleOf")]
#[case::no_item_twice(json!({}), json!({ "uniqueItems": true }), "/uniqueItems")]
#[case::inside_a_member(
    json!({ "properties": { "a": { "maxLength": 2 } } }), json!({ "properties": { "a": { "maxLength": 1 } } }),
    "/properties/a/maxLength"
)]
#[case::inside_an_item(json!({ "items": { "minimum": 0 } }), json!({ "items": { "minimum": 1 } }), "/items/minimum")]
#[case::a_type_of_items(json!({ "type": "array" }), json!({ "type": "array", "items": { "type": "string" } }), "/items/type")]
fn narrower_breaks_requests_and_wider_breaks_answers(#[case] wide: Value, #[case] narrow: Value, #[case] place: &str) {
    assert_eq!(broken(&wide, &narrow, Direction::Request), [place]);
    assert_eq!(broken(&narrow, &wide, Direction::Request), [""; 0]);
    assert_eq!(broken(&narrow, &wide, Direction::Response), [place]);
    assert_eq!(broken(&wide, &narrow, Direction::Response), [""; 0]);
}

/// What cannot be told to be wider or narrower breaks both.
#[rstest]
#[case::another_type(json!({ "type": "string" }), json!({ "type": "integer" }), "/type")]
#[case::other_values(json!({ "enum": ["a"] }), json!({ "enum": ["b"] }), "/enum")]
#[case::another_format(json!({ "format": "date" }), json!({ "format": "uuid" }), "/format")]
#[case::a_choice(json!({}), json!({ "oneOf": [] }), "/oneOf")]
#[case::another_choice(json!({ "allOf": [{}] }), json!({ "allOf": [] }), "/allOf")]
#[case::other_members(
    json!({ "additionalProperties": { "type": "string" } }), json!({ "additionalProperties": { "type": "integer" } }),
    "/additionalProperties"
)]
fn what_is_simply_another_breaks_both(#[case] one: Value, #[case] other: Value, #[case] place: &str) {
    for direction in [Direction::Request, Direction::Response] {
        assert_eq!(broken(&one, &other, direction), [place]);
        assert_eq!(broken(&other, &one, direction), [place]);
    }
}

/// Of what clients are given, a pattern, or lengths beside a format, tell them nothing.
#[test]
fn patterns_and_the_lengths_of_formats_break_requests_alone() {
    let one = json!({ "pattern": "^a$" });
    for (one, other, in_request) in [
        (&json!({}), &one, true),
        (&one, &json!({ "pattern": "^b$" }), true),
        (&json!({ "format": "date", "maxLength": 10 }), &json!({ "format": "date" }), false),
    ] {
        assert_eq!(!broken(one, other, Direction::Request).is_empty(), in_request, "{one} {other}");
        assert_eq!(broken(one, other, Direction::Response), [""; 0]);
    }
}

#[test]
fn a_member_that_is_gone_breaks_both_and_a_new_one_breaks_none() {
    let without = json!({ "properties": { "a": {} } });
    let with = json!({ "properties": { "a": {}, "b": {} } });
    for direction in [Direction::Request, Direction::Response] {
        assert_eq!(broken(&with, &without, direction), ["/properties/b"]);
        assert_eq!(broken(&without, &with, direction), [""; 0]);
    }
}

#[test]
fn a_required_member_breaks_requests_and_one_that_may_be_absent_breaks_answers() {
    let free = json!({ "properties": { "a": {} } });
    let required = json!({ "properties": { "a": {} }, "required": ["a"] });
    assert_eq!(broken(&free, &required, Direction::Request), ["/properties/a"]);
    assert_eq!(broken(&required, &free, Direction::Request), [""; 0]);
    assert_eq!(broken(&required, &free, Direction::Response), ["/properties/a"]);
    assert_eq!(broken(&free, &required, Direction::Response), [""; 0]);
}

#[test]
fn a_new_required_member_breaks_requests_alone() {
    let (old, new) = (json!({ "properties": {} }), json!({ "properties": { "a": {} }, "required": ["a"] }));
    assert_eq!(broken(&old, &new, Direction::Request), ["/properties/a"]);
    assert_eq!(broken(&old, &new, Direction::Response), [""; 0]);
}

#[test]
fn members_of_any_name_are_missed_by_those_who_send_them() {
    let (open, closed) = (json!({ "type": "object" }), json!({ "type": "object", "additionalProperties": false }));
    assert_eq!(broken(&open, &closed, Direction::Request), ["/additionalProperties"]);
    assert_eq!(broken(&closed, &open, Direction::Request), [""; 0]);
    assert_eq!(broken(&open, &closed, Direction::Response), [""; 0]);
    assert_eq!(broken(&closed, &open, Direction::Response), [""; 0]);
}

#[test]
fn another_default_breaks_those_who_left_it_out() {
    let (old, new) = (json!({ "default": 50 }), json!({ "default": 20 }));
    assert_eq!(broken(&old, &new, Direction::Request), ["/default"]);
    assert_eq!(broken(&old, &json!({}), Direction::Request), ["/default"]);
    assert_eq!(broken(&json!({}), &new, Direction::Request), [""; 0]);
    assert_eq!(broken(&old, &new, Direction::Response), [""; 0]);
}

#[test]
fn words_break_nobody() {
    let old = json!({ "title": "a", "description": "a", "example": 1, "examples": [1], "x-internal": true });
    let new = json!({ "title": "b", "description": "b", "example": 2, "examples": [2], "deprecated": true });
    for direction in [Direction::Request, Direction::Response] {
        assert_eq!(broken(&old, &new, direction), [""; 0]);
    }
}

#[test]
fn references_are_followed_and_a_schema_may_hold_itself() {
    let tree =
        |most: u32| json!({ "s": { "maxLength": most, "items": { "$ref": "#/s" } }, "whole": { "$ref": "#/s" } });
    let (old, new) = (tree(2), tree(1));
    let mut found = Found::default();
    let schemas = Schemas { old: &old, new: &new, direction: Direction::Request };
    schemas.compare((&old["whole"], &new["whole"]), "/whole", &mut found);
    assert_eq!(found.pointers(), ["/s/maxLength"]);
}

/// In a patch, a copy of an enumeration with null may become a choice of null and the enumeration, but not of another.
#[test]
fn a_choice_of_null_is_compared_as_what_it_refers_to() {
    let with = |member: Value| json!({ "a": { "type": "string", "enum": ["a"] }, "b": { "enum": ["a"] }, "m": member });
    let choice = |target: &str| with(json!({ "oneOf": [{ "$ref": target }, { "type": "null" }] }));
    let copy = with(json!({ "type": ["string", "null"], "enum": ["a", null] }));
    let narrow = with(json!({ "$ref": "#/a" }));
    for (old, new, expected) in [
        (&copy, &choice("#/a"), vec![]),
        (&choice("#/a"), &copy, vec![]),
        (&narrow, &choice("#/a"), vec![]),
        (&choice("#/a"), &narrow, vec!["/a/enum", "/a/type"]),
        (&choice("#/a"), &choice("#/b"), vec!["/m"]),
    ] {
        let mut found = Found::default();
        Schemas { old, new, direction: Direction::Request }.compare((&old["m"], &new["m"]), "/m", &mut found);
        assert_eq!(found.pointers(), expected, "{old} {new}");
    }
}
