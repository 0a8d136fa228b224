//! Both readers of a body agree, the document and the service: at the limits that the document sets a value is taken, just
//! beyond them it is refused by name.

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use crate::support::Register;
use crate::support::contract::{compile, is_free_text, with_rules_in_words};
use crate::support::operations::{self, Operation};

/// The codes of rules that the document tells; all others need data, or other members, to be broken.
const OF_THE_DOCUMENT: [&str; 9] =
    ["duplicate", "enum", "format", "length", "null", "pattern", "range", "schema", "type"];

/// Whether an error is that of a rule that the document tells. Of those that share their codes with other rules, the
/// message tells which it is.
fn is_of_the_document(error: &Value) -> bool {
    let text = |name: &str| error[name].as_str().unwrap();
    OF_THE_DOCUMENT.contains(&text("code"))
        || text("message") == "is required"
        || text("message").starts_with("is not a member of ")
}

/// Texts of every form that the document knows, good and nearly good.
const TEXTS: [&str; 34] = [
    "a",
    "care_leavers",
    "E06000019",
    "884",
    "80474",
    "1234567",
    "en",
    "cy-GB",
    "en-abcdefgh-abcdefgh-abcdefgh-abcde",
    "en-",
    "London",
    "Yorkshire and the Humber",
    "https://example.org",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "http://a/b?c=d#e",
    "https://example.org/a%20b",
    "https://example.org/a b",
    "https://example.org/{a}",
    "https://example.org/100%",
    "https://example.org/#a#b",
    "https://-example.org/",
    "019a0000-0000-7000-8000-000000000000",
    "019A0000-0000-7000-8000-000000000000",
    "1900-01-01",
    "2100-12-31",
    "2101-01-01",
    "2023-02-29",
    "2024-2-3",
    "2027-06-30T12:00:00Z",
    "2027-06-30T12:00:00.000001+01:00",
    "2027-06-30t12:00:00z",
    "2027-06-30T12:00:60Z",
    "improvement team",
    "improvement  team",
];

/// A value for one place of a body, and whether the document allows it.
struct Case {
    body: Value,
    place: String,
    is_allowed: bool,
}

fn resolve(schema: &Value) -> &'static Value {
    Box::leak(Box::new(operations::resolve(schema)))
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|name| name == kind))
}

fn limit(schema: &Value, name: &str) -> usize {
    schema[name].as_u64().unwrap_or_default().try_into().unwrap()
}

/// Values at the limits of a schema and just beyond.
fn candidates(schema: &'static Value) -> Vec<Value> {
    let mut values = vec![Value::Null];
    if let Some(known) = schema["enum"].as_array() {
        values.extend(known.clone());
        values.extend([json!("nothing_of_the_kind"), json!(1)]);
    } else if is(schema, "string") {
        values.extend(texts(schema).into_iter().map(Value::from));
        values.push(json!(1));
    } else if is(schema, "integer") {
        let (least, most) = (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64().unwrap());
        values.extend([least, most, least - 1, most + 1, i64::MAX].map(Value::from));
        values.extend([json!(1.5), json!("1")]);
    } else if is(schema, "boolean") {
        values.extend([json!(true), json!("true"), json!(0)]);
    } else {
        let item = sample(&schema["items"]);
        let most = limit(schema, "maxItems");
        values.extend([json!([]), json!(vec![item.clone(); most]), json!(vec![item.clone(); most + 1])]);
        values.extend([json!({}), json!([null])]);
    }
    values
}

fn texts(schema: &'static Value) -> Vec<String> {
    let strict = with_rules_in_words(schema);
    let (least, most) = (limit(&strict, "minLength"), limit(&strict, "maxLength"));
    let long = |text: &str, length: usize| text.repeat(length);
    if is_free_text(schema) {
        // Four bytes each: limits count characters.
        let texts = [least.saturating_sub(1), least, most, most + 1].map(|length| long("𝔞", length));
        return texts
            .into_iter()
            .chain(["\u{8}aa", "aa\r", "a\u{9f}a", "aa\n", "\taa"].map(ToOwned::to_owned))
            .collect();
    }
    let fits = compile(schema);
    let (good, bad) = TEXTS.iter().copied().partition::<Vec<_>, _>(|text| fits.is_valid(&json!(text)));
    assert!(!good.is_empty(), "no text of the form {}", strict["pattern"]);
    let stretched = good.iter().map(|text| format!("{text}{}", long("a", most.saturating_sub(text.len()))));
    let mut texts = stretched.flat_map(|text| [format!("{text}a"), text]).collect::<Vec<_>>();
    texts.extend(good.iter().flat_map(|text| {
        [(*text).to_owned(), text[1..].to_owned(), text.to_uppercase(), format!("{text}\n"), format!("é{text}")]
    }));
    let kin = |text: &&str| good.iter().any(|good| good[..1] == text[..1]);
    texts.extend(bad.into_iter().filter(kin).map(ToOwned::to_owned));
    texts.push(String::new());
    texts.sort();
    texts.dedup();
    texts
}

/// A good value with nothing that may be absent.
fn sample(schema: &'static Value) -> Value {
    let schema = resolve(schema);
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    if is(schema, "object") {
        let required = schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
        return required
            .map(|name| (name.to_owned(), sample(&schema["properties"][name])))
            .collect::<Map<_, _>>()
            .into();
    }
    candidates(schema).into_iter().find(|value| !value.is_null() && compile(schema).is_valid(value)).unwrap()
}

/// The cases of an object that stands at a place; `within` makes the whole body of it.
fn cases(schema: &'static Value, base: &Map<String, Value>, place: &str, within: &dyn Fn(Value) -> Value) -> Vec<Case> {
    let with = |name: &str, value: Value| {
        let mut object = base.clone();
        object.insert(name.to_owned(), value);
        within(object.into())
    };
    let mut cases = vec![Case {
        body: with("no_such_member", json!(1)),
        place: format!("{place}/no_such_member"),
        is_allowed: schema["additionalProperties"] != false,
    }];
    for name in schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()) {
        let mut object = base.clone();
        object.remove(name);
        cases.push(Case { body: within(object.into()), place: format!("{place}/{name}"), is_allowed: false });
    }
    for (name, property) in schema["properties"].as_object().unwrap() {
        let property = resolve(property);
        let fits = compile(property);
        let (place, mut verdicts) = (format!("{place}/{name}"), [0, 0]);
        for value in candidates(property) {
            let is_allowed = fits.is_valid(&value);
            verdicts[usize::from(is_allowed)] += 1;
            let is_inside = !is_allowed && value.as_array().is_some_and(|items| items.len() == 1);
            let place = if is_inside { format!("{place}/0") } else { place.clone() };
            cases.push(Case { body: with(name, value), place, is_allowed });
        }
        assert!(verdicts[0] > 0 && verdicts[1] > 0, "{place} is tried on one side of its limits only");
        let Some(item) = property.get("items").map(resolve) else { continue };
        let inside = |value: Value| with(name, json!([value]));
        if is(item, "object") {
            let base = sample(item).as_object().unwrap().clone();
            cases.extend(self::cases(item, &base, &format!("{place}/0"), &inside));
        } else {
            let fits = compile(item);
            cases.extend(candidates(item).into_iter().map(|value| {
                let is_allowed = fits.is_valid(&value);
                Case { body: inside(value), place: format!("{place}/0"), is_allowed }
            }));
        }
    }
    cases
}

/// Sends every case of the operations with this method.
async fn try_out(method: Method) {
    let (mut faults, mut count) = (Vec::new(), 0);
    let with_body = |operation: &Operation| operation.method == method && operation.body.is_some();
    for operation in operations::all().into_iter().filter(with_body) {
        let register = Register::real().await;
        let address = lasting_address(&register, &operation).await;
        let schema = resolve(&operation.bodies()[0].1["schema"]);
        let mut base = operation.example().unwrap().as_object().unwrap().clone();
        if method == Method::PATCH {
            base.retain(|name, _| name == "reason");
        }
        for Case { body, place, is_allowed } in cases(schema, &base, "", &|body| body) {
            count += 1;
            let mut request = register.request(method.clone(), &address).json(&body);
            if method != Method::POST {
                request = request.if_match("*");
            }
            let answer = request.send().await;
            let errors = if answer.status.is_success() { Value::Null } else { answer.json()["errors"].take() };
            let errors = errors.as_array().cloned().unwrap_or_default();
            let agrees = if is_allowed {
                let is_here = |error: &Value| error["pointer"].as_str().unwrap().starts_with(&place);
                matches!(answer.status.as_u16(), 200 | 201 | 409 | 422)
                    && !errors.iter().any(|error| is_here(error) && is_of_the_document(error))
            } else {
                answer.status == 422 && errors.iter().any(|error| error["pointer"] == place.as_str())
            };
            if !agrees {
                let shown = body.pointer(&place).unwrap_or(&Value::Null).to_string();
                let shown = shown.chars().take(80).collect::<String>();
                let told = answer.text().chars().take(400).collect::<String>();
                faults.push(format!(
                    "{} {place} {shown}: allowed is {is_allowed}: {} {told}",
                    operation.id, answer.status
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {count} disagree:\n{}", faults.len(), faults.join("\n"));
}

/// The address of what the operation's examples name, by its id: codes change in the course of the test.
async fn lasting_address(register: &Register, operation: &Operation) -> String {
    let address = operation.path();
    if operation.method == Method::POST {
        return address;
    }
    let read = register.get(&address).await.expect(200);
    match read.header("content-location") {
        "" => address,
        location => location.to_owned(),
    }
}

#[actix_web::test]
async fn what_is_created_is_taken_up_to_its_limits() {
    try_out(Method::POST).await;
}

#[actix_web::test]
async fn what_is_changed_is_taken_up_to_its_limits() {
    try_out(Method::PATCH).await;
}

#[actix_web::test]
async fn what_is_replaced_is_taken_up_to_its_limits() {
    try_out(Method::PUT).await;
}
