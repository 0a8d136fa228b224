//! Texts as long as the document allows are stored whole, of whatever letters they are; one letter more is refused.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::replaced;
use crate::support::operations::{Operation, resolve, with_body};
use crate::support::rows::{authority, new_authority, new_inspection, with};
use crate::support::{Register, contract, sample};

/// The places of free text in a body with everything, each with its greatest length.
fn free_texts(schema: &Value, place: &str) -> Vec<(String, usize)> {
    let schema = resolve(schema);
    if let Some(members) = schema["properties"].as_object() {
        return members.iter().flat_map(|(name, member)| free_texts(member, &format!("{place}/{name}"))).collect();
    }
    if !schema["items"].is_null() {
        return free_texts(&schema["items"], &format!("{place}/0"));
    }
    let max = schema["maxLength"].as_u64().filter(|_| contract::is_free_text(&schema));
    max.map(|max| (place.to_owned(), usize::try_from(max).unwrap())).into_iter().collect()
}

/// A body with everything that the rules of the resource allow at once.
async fn good(register: &Register, operation: &Operation, schema: &Value) -> Value {
    let mut whole = sample::whole(schema);
    let own = match operation.id {
        "create_authority" => with(new_authority(), json!({ "predecessors": [], "successors": [], "active_to": null })),
        "create_inspection" => {
            let nothing =
                ["opened_by_inspection_id", "visit_number", "is_final_visit", "fieldwork_periods", "received_on"];
            whole.as_object_mut().unwrap().retain(|name, _| !nothing.contains(&name.as_str()));
            let area = json!("overall_effectiveness");
            whole["areas_covered"][0]["area"] = area.clone();
            whole["findings"][0]["area"] = area.clone();
            let mut own = new_inspection(&authority(register).await);
            own["judgements"] = json!([{ "area": area, "grade": "good", "grade_as_printed": "Good" }]);
            with(own, json!({ "state": "draft" }))
        }
        "create_improvement_action_transition" => {
            json!({ "to_state": "blocked", "effective_on": null, "deferred_until": null, "evidence_ids": [] })
        }
        "create_improvement_action_date_revision" | "create_improvement_action_update" | "create_evidence_review" => {
            json!({ "effective_on": null })
        }
        "create_improvement_action_evidence" => json!({ "observed_on": "2022-07-18", "expires_on": "2022-07-29" }),
        "create_improvement_plan" => json!({ "starts_on": "2022-09-21", "ends_on": "2022-09-21" }),
        "create_intervention" => json!({ "started_on": "2022-09-21", "ended_on": "2022-09-21" }),
        "create_inspection_finding" | "create_inspection_recommendation" => json!({ "position": 999, "area": null }),
        _ => json!({}),
    };
    let mut body = with(whole, own);
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

/// So many random letters, of one to four bytes each: nothing that compresses.
fn letters(length: usize) -> String {
    const SCRIPTS: [(u32, u32); 4] = [(0x20, 95), (0xa1, 0x200), (0x4e00, 0x5000), (0x1_f300, 0x300)];
    let mut state = 7_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let letters = (0..length).map(|_| {
        let (first, count) = SCRIPTS[usize::try_from(random(4)).unwrap()];
        char::from_u32(first + random(count)).unwrap()
    });
    letters.collect()
}

async fn sent(register: &Register, operation: &Operation, body: &Value) -> crate::support::Answer {
    register.request(Method::POST, &operation.path()).json(body).send().await
}

fn creating() -> Vec<(Operation, Value)> {
    with_body().into_iter().filter(|(operation, _)| operation.method == Method::POST).collect()
}

#[actix_web::test]
async fn the_longest_text_is_stored_as_it_was_sent() {
    let register = Register::real().await;
    for (operation, schema) in creating() {
        let free = free_texts(&schema, "");
        if free.is_empty() {
            continue;
        }
        let mut body = good(&register, &operation, &schema).await;
        // The whole text of a document has a test of its own.
        let texts = free.into_iter().filter(|(place, max)| *max <= 10_000 && body.pointer(place).is_some());
        let texts = texts.collect::<Vec<_>>();
        assert!(!texts.is_empty(), "{}: {body}", operation.id);
        for (place, max) in &texts {
            body = replaced(&body, place, json!(letters(*max)));
        }
        let created = sent(&register, &operation, &body).await.expect(201);
        let embeds = if operation.id == "create_inspection" { "?embed=findings,recommendations" } else { "" };
        let read = register.get(&format!("{}{embeds}", created.header("location"))).await.expect(200).json();
        // A part is read in the list that it is in.
        let read = read["items"].as_array().map_or(&read, |items| items.last().unwrap());
        for (place, _) in &texts {
            assert_eq!(read.pointer(place), body.pointer(place), "{} {place}", operation.id);
        }
    }
}

#[actix_web::test]
async fn one_letter_more_or_none_is_refused_where_it_stands() {
    let register = Register::real().await;
    for (operation, schema) in creating() {
        let body = good(&register, &operation, &schema).await;
        for (place, max) in free_texts(&schema, "").into_iter().filter(|(place, _)| body.pointer(place).is_some()) {
            for text in [letters(max + 1), String::new()] {
                let answer = sent(&register, &operation, &replaced(&body, &place, json!(text))).await.refused(&[422]);
                assert_eq!(answer.places(), [place.as_str()], "{}", operation.id);
            }
        }
    }
}

#[actix_web::test]
async fn a_web_address_may_be_long_and_of_any_plain_signs() {
    let register = Register::real().await;
    let signs =
        "aZ09._~:/?@!$&'()*+,;=-%7f".chars().cycle().take(2_000 - "https://example.org/".len()).collect::<String>();
    let website = format!("https://example.org/{signs}");
    let body = with(new_authority(), json!({ "website": website }));
    assert_eq!(register.post("/v1/authorities", &body).await.expect(201).json()["website"], website);
    let longer = with(new_authority(), json!({ "website": format!("{website}x") }));
    assert_eq!(register.post("/v1/authorities", &longer).await.refused(&[422]).places(), ["/website"]);
}

#[actix_web::test]
async fn text_is_neither_trimmed_nor_normalised_but_for_the_ends_of_names() {
    let register = Register::empty().await;
    for (sent, trimmed) in [
        (" a ", "a"),
        ("a\n\tb", "a\n\tb"),
        ("e\u{301}", "e\u{301}"),
        ("\u{e9}", "\u{e9}"),
        ("\u{202e}abc", "abc"),
        ("a\u{202e}bc", "a\u{202e}bc"),
        ("\u{fffd}\u{feff}", "\u{fffd}"),
        ("'; drop table authorities; --", "'; drop table authorities; --"),
        ("%_\\", "%_\\"),
    ] {
        let body = with(new_authority(), json!({ "name": sent }));
        let created = register.post("/v1/authorities", &body).await.expect(201);
        assert_eq!(register.get(created.header("location")).await.expect(200).json()["name"], trimmed);
        let body = json!({ "kind": "report", "title": sent, "summary": sent });
        let created = register.post("/v1/documents", &body).await.expect(201);
        let read = register.get(created.header("location")).await.expect(200).json();
        assert_eq!((&read["title"], &read["summary"]), (&json!(trimmed), &json!(sent)));
    }
    assert_eq!(register.get("/v1/authorities?limit=3&sort=-name").await.expect(200).each("name").len(), 3);
}

/// Distinct words of these letters, so many characters in all.
fn distinct_words(alphabet: &str, length: usize) -> String {
    let alphabet = alphabet.chars().collect::<Vec<_>>();
    let mut text = String::new();
    let mut count = 0;
    for number in 0_usize.. {
        let mut rest = number.wrapping_mul(2_654_435_761) % 1_000_000_007;
        for _ in 0..6 {
            text.push(alphabet[rest % alphabet.len()]);
            rest /= alphabet.len();
            count += 1;
            if count == length {
                return text;
            }
        }
        text.push(' ');
        count += 1;
        if count == length {
            return text;
        }
    }
    text
}

#[actix_web::test]
async fn a_document_of_any_words_is_stored_and_found_by_its_beginning() {
    let register = Register::empty().await;
    let latin = "abcdefghijklmnopqrstuvwxyz";
    let texts = [
        distinct_words(latin, 500_000),
        distinct_words("абвгдежзиклмнопрстуфхцчшщ", 500_000),
        distinct_words("𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏", 499_000),
        "x".repeat(500_000),
        "\u{1f600}".repeat(500_000),
        "a-b/c.d@e:f ".repeat(41_666),
        format!("x{}", "\n".repeat(499_999)),
    ];
    for text in texts {
        let marked = format!("beginning {}", &text[text.char_indices().nth(10).unwrap().0..]);
        let body = json!({ "kind": "report", "title": "A long report", "text": marked });
        let created = register.post("/v1/documents", &body).await.expect(201);
        assert_eq!(created.json()["text"], marked);
        let found = register.get("/v1/documents?q=beginning").await.expect(200);
        assert!(found.each("document_id").contains(&created.json()["document_id"]), "{marked:.40}");
        let path = created.header("location").to_owned();
        register.patch(&path, created.etag(), &json!({ "text": text })).await.expect(200);
        assert_eq!(register.get(&path).await.expect(200).json()["text"], text);
        register.delete(&path, "*").await.expect(204);
    }
}

#[actix_web::test]
async fn a_document_of_many_statements_is_stored() {
    let register = Register::empty().await;
    let words = distinct_words("abcdefghijklmnopqrstuvwxyz", 2_000_000);
    let statements = (0..100).map(|number| {
        let part = &words[number * 20_000..(number + 1) * 20_000];
        json!({ "speaker": "A councillor", "summary": &part[..10_000], "text": &part[10_000..] })
    });
    let body = json!({ "kind": "statement", "title": "Many words", "statements": statements.collect::<Vec<_>>() });
    assert!(body.to_string().len() < 2 << 20);
    let created = register.post("/v1/documents", &body).await.expect(201);
    assert_eq!(created.json()["statements"], body["statements"]);
}
