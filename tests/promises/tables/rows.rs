//! What is in tables.

use serde_json::{Value, json};

use super::{Read, every, get, list_of, tables};
use crate::support::operations::Operation;
use crate::support::rows::{new_authority, new_inspection, with};
use crate::support::{Register, keys};

/// How a member is written in a cell; nothing if the column shows a part of it.
fn cell(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) if parts.iter().any(Value::is_object) => return None,
        Value::Array(parts) => parts.iter().filter_map(cell).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    })
}

/// The names of the members of the items of a list.
fn members(list: &Operation) -> Vec<String> {
    let page = crate::support::operations::resolve(&list.answers()[0].1["schema"]);
    let items = page["properties"]["items"]["items"].clone();
    let item = crate::support::operations::resolve(&items);
    item["properties"].as_object().unwrap().keys().cloned().collect()
}

/// Queries that narrow a list, and one that does not.
fn queries(table: &Operation) -> Vec<String> {
    let parameters = table.query_parameters().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let asked = ["authority=E06000019", "q=hereford", "as_at=2026-01-31", "published_from=2020-01-01", "state=closed"];
    let mut queries = asked.iter().filter(|query| {
        let name = query.split('=').next().unwrap();
        parameters.iter().any(|parameter| parameter == name) && (name != "state" || table.id.contains("plans"))
    });
    let mut wanted = vec![String::new()];
    wanted.extend(queries.by_ref().map(|query| format!("?{query}")));
    let sorts = table.query_parameters().into_iter().find(|(name, _)| name == "sort");
    if let Some((_, schema)) = sorts {
        wanted
            .extend(schema["enum"].as_array().unwrap().iter().map(|sort| format!("?sort={}", sort.as_str().unwrap())));
    }
    wanted
}

#[actix_web::test]
async fn the_rows_are_those_of_the_pages_in_their_order_for_every_caller() {
    let register = Register::real().await;
    let council = register.get("/v1/authorities/E06000019").await.expect(200).json();
    let private = json!({ "authority_id": council["authority_id"], "title": "A private action", "source": "audit" });
    register.post("/v1/improvement-actions", &private).await.expect(201);
    let key = keys::key(&register, "reader-of-tables", "reader", &[&council]).await;
    let reader = keys::secret(&key);
    for table in tables() {
        let Some(list) = list_of(&table) else { continue };
        let members = members(&list);
        let callers = if table.needs_key() { vec![None] } else { vec![None, Some(""), Some(reader)] };
        for query in queries(&table) {
            for caller in &callers {
                let items = every(&register, &format!("{}{query}", list.path()), *caller).await;
                let read = Read::of(&get(&register, &format!("{}{query}", table.path()), *caller).await.expect(200));
                assert_eq!(read.rows.len(), items.len(), "{}{query}", table.path());
                let mut compared = 0;
                for name in read.header.iter().filter(|name| members.contains(name)) {
                    for (shown, item) in read.column(name).into_iter().zip(&items) {
                        let Some(expected) = cell(&item[name]) else { continue };
                        let shown = if item[name].is_object() || expected.starts_with(['-', '=', '+', '@', '\n']) {
                            continue;
                        } else {
                            shown
                        };
                        assert_eq!(shown, expected, "{name} of {}{query}", table.path());
                        compared += 1;
                    }
                }
                assert!(items.is_empty() || compared >= items.len() * 3, "{}{query}: {compared}", table.path());
            }
        }
    }
}

/// Which judgements of an inspection a table has.
type IsWanted = fn(&Value) -> bool;

#[actix_web::test]
async fn judgements_are_those_of_the_inspections() {
    let register = Register::real().await;
    let queries: [(_, IsWanted); 4] = [
        ("", |_| true),
        ("?area=overall_effectiveness", |judgement| judgement["area"] == "overall_effectiveness"),
        ("?area=overall_effectiveness&grade=inadequate&sort=started_on", |judgement| {
            judgement["area"] == "overall_effectiveness" && judgement["grade"] == "inadequate"
        }),
        ("?authority=E06000019&framework=ilacs_2018", |_| true),
    ];
    for (query, is_wanted) in queries {
        let inspections = every(&register, &format!("/v1/inspections{query}"), None).await;
        let expected = inspections.iter().flat_map(|inspection| {
            let own = inspection["judgements"].as_array().unwrap().iter().filter(|judgement| is_wanted(judgement));
            own.map(|judgement| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                [&inspection["inspection_id"], &judgement["area"], &judgement["grade"], &judgement["absence_reason"]]
                    .map(text)
            })
        });
        let expected = expected.collect::<Vec<_>>();
        let sign = if query.is_empty() { '?' } else { '&' };
        let answer = register.get(&format!("/v1/judgements.csv{query}{sign}count=exact")).await.expect(200);
        let read = Read::of(&answer);
        let columns = ["inspection_id", "area", "grade", "absence_reason"].map(|name| read.column(name));
        let shown = (0..read.rows.len()).map(|row| columns.clone().map(|column| column[row].to_owned()));
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{query}");
        assert_eq!(answer.header("x-total-count"), expected.len().to_string());
        assert!(!expected.is_empty(), "{query}");
    }
}

#[actix_web::test]
async fn inspections_have_a_column_for_each_area_that_is_judged() {
    let register = Register::real().await;
    let read = Read::of(&register.get("/v1/inspections.csv?authority=E06000019").await.expect(200));
    let overall = read.header.iter().position(|name| name == "overall_effectiveness").unwrap();
    assert_eq!(read.header[overall - 1], "state");
    let inspections = every(&register, "/v1/inspections?authority=E06000019", None).await;
    for (row, inspection) in read.rows.iter().zip(&inspections) {
        for judgement in inspection["judgements"].as_array().unwrap() {
            let place = read.header.iter().position(|name| *name == judgement["area"]).unwrap();
            let expected = judgement["grade"].as_str().or(judgement["absence_reason"].as_str()).unwrap();
            assert_eq!(row[place], expected);
        }
    }
    let all = Read::of(&register.get("/v1/inspections.csv?authority=E06000019&columns=all").await.expect(200));
    assert!(all.header.len() > read.header.len(), "{:?}", all.header);
    assert!(read.header.iter().all(|name| all.header.contains(name)));
}

#[actix_web::test]
async fn authorities_are_named_wherever_they_are_referred_to() {
    let register = Register::real().await;
    let authorities = every(&register, "/v1/authorities", None).await;
    for table in ["documents", "events", "api-keys"] {
        let read = Read::of(&register.get(&format!("/v1/{table}.csv")).await.expect(200));
        let mut named = 0;
        let ids = read.column("authority_ids");
        for ((ids, names), codes) in ids.iter().zip(read.column("authority_names")).zip(read.column("gss_codes")) {
            let own =
                ids.split("; ").filter_map(|id| authorities.iter().find(|authority| authority["authority_id"] == id));
            let own = own.collect::<Vec<_>>();
            let each =
                |member: &str| own.iter().map(|one| one[member].as_str().unwrap()).collect::<Vec<_>>().join("; ");
            assert_eq!((names, codes), (each("name").as_str(), each("gss_code").as_str()), "{table}");
            named += own.len();
        }
        assert!(named > 0, "{table}");
    }
}

#[actix_web::test]
async fn no_cell_begins_a_formula_but_numbers_stay_numbers() {
    let register = Register::empty().await;
    let texts = ["=HYPERLINK(\"http://example.org\")", "+1", "-1", "@SUM(A1)", "＝1"];
    for text in texts {
        let authority = with(new_authority(), json!({ "name": text, "official_name": text }));
        let authority = register.post("/v1/authorities", &authority).await.expect(201).json();
        let members = json!({
            "state": "published", "lead_inspectors": [text], "headline": text, "title": text,
            "findings": [{ "polarity": "concern", "text": text, "section": text }],
            "recommendations": [{ "kind": "recommendation", "text": text }],
        });
        register.post("/v1/inspections", &with(new_inspection(&authority), members)).await.expect(201);
        let document = json!({ "kind": "other", "title": text, "summary": text });
        register.post("/v1/documents", &document).await.expect(201);
        let plan = json!({ "authority_id": authority["authority_id"], "title": text });
        register.post("/v1/improvement-plans", &plan).await.expect(201);
        let action = json!({ "authority_id": authority["authority_id"], "title": text, "source": "audit",
            "owner_role": text, "due_on": "2030-02-01" });
        let action = register.post("/v1/improvement-actions", &action).await.expect(201).json();
        let earlier = json!({ "due_on": "2030-01-31", "reason": "Sooner." });
        let path = format!("/v1/improvement-actions/{}/date-revisions", action["action_id"].as_str().unwrap());
        register.post(&path, &earlier).await.expect(201);
        let intervention = json!({ "authority_id": authority["authority_id"], "kind": "other", "note": text });
        register.post("/v1/interventions", &intervention).await.expect(201);
    }
    for table in tables().into_iter().filter(|table| !table.path.contains('{')) {
        let read = Read::of(&register.get(&table.path()).await.expect(200));
        for cell in read.rows.iter().flatten().filter(|cell| cell.parse::<i64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']), "{}: {cell}", table.id);
        }
        let quoted = read.rows.iter().flatten().filter(|cell| cell.starts_with('\'')).count();
        let holds_text =
            !["export_events", "export_frameworks", "export_themes", "export_api_keys"].contains(&table.id);
        assert!(!holds_text || quoted >= texts.len(), "{}: {quoted}", table.id);
    }
    let actions = Read::of(&register.get("/v1/improvement-actions.csv").await.expect(200));
    assert_eq!(actions.column("slip_days"), ["-1"; 5]);
    // The apostrophe before a negative number would be of the table, not of the text.
    assert!(actions.column("title").contains(&"'-1"));
}

#[actix_web::test]
async fn a_search_that_finds_only_what_is_spelt_nearly_so_is_an_empty_table() {
    let register = Register::real().await;
    for list in ["standings", "authorities", "inspections", "judgements"] {
        let answer = register.get(&format!("/v1/{list}.csv?q=harefordshire&count=exact")).await.expect(200);
        assert_eq!((Read::of(&answer).rows.len(), answer.header("x-total-count")), (0, "0"), "{list}");
    }
}
