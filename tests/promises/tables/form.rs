//! How tables are asked for, and what is told of them.

use actix_web::http::Method;
use inspection_register::values::date::Date;

use super::{Read, tables};
use crate::support::Register;
use crate::support::operations::lists;

#[test]
fn every_list_has_its_table() {
    let tables = tables();
    for list in lists() {
        let own = tables.iter().find(|table| table.path == format!("{}.csv", list.path));
        let id = own.unwrap_or_else(|| panic!("{} has no table", list.id)).id;
        assert_eq!(id, list.id.replacen("list_", "export_", 1));
    }
    assert_eq!(tables.len(), lists().len() + 1, "every list has one, and so have the judgements of all inspections");
}

#[test]
fn a_table_takes_the_filters_of_its_list_and_no_page() {
    for table in tables() {
        let list = if table.id == "export_judgements" { "list_inspections" } else { table.id };
        let list =
            lists().into_iter().find(|other| other.id == list || Some(other.path) == table.path.strip_suffix(".csv"));
        let own = |names: Vec<(String, serde_json::Value)>, others: &[&str]| {
            let names = names.into_iter().filter(|(name, _)| !others.contains(&name.as_str()));
            names.collect::<Vec<_>>()
        };
        let expected = own(list.unwrap().query_parameters(), &["limit", "cursor", "count", "embed"]);
        assert_eq!(own(table.query_parameters(), &["bom", "count", "columns"]), expected, "{}", table.id);
        let names = table.query_parameters().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert!(names.contains(&"bom".to_owned()) && names.contains(&"count".to_owned()), "{names:?}");
        let depends = ["export_standings", "export_inspections"].contains(&table.id);
        assert_eq!(names.contains(&"columns".to_owned()), depends, "{}", table.id);
    }
}

#[actix_web::test]
async fn what_is_of_pages_is_refused() {
    let register = Register::empty().await;
    for table in tables() {
        for parameter in ["limit=10", "cursor=abc", "embed=actions"] {
            let name = parameter.split('=').next().unwrap();
            let refused = register.get(&format!("{}?{parameter}", table.path())).await.refused(&[400]);
            assert_eq!(refused.places(), [name], "{}", table.id);
        }
        let refused = register.get(&format!("{}?bom=yes&count=some", table.path())).await.refused(&[400]);
        assert_eq!(refused.places(), ["bom", "count"], "{}", table.id);
    }
}

#[actix_web::test]
async fn every_column_is_described_in_the_document() {
    let register = Register::real().await;
    for table in tables() {
        let (_, content) = table.answers()[0];
        let columns = content["schema"]["x-columns"].as_array().unwrap();
        let names = columns.iter().map(|column| column["name"].as_str().unwrap()).collect::<Vec<_>>();
        assert!(columns.iter().all(|column| column["description"].as_str().unwrap().len() > 5), "{columns:?}");
        let described = table.about["responses"]["200"]["description"].as_str().unwrap();
        assert!(names.iter().all(|name| described.contains(&format!("- `{name}`: "))), "{described}");
        let all = if names.contains(&"{area}") { "?columns=all" } else { "" };
        let header = Read::of(&register.get(&format!("{}{all}", table.path())).await.expect(200)).header;
        let areas = names.iter().position(|name| *name == "{area}");
        let (before, after) = areas.map_or((names.len(), 0), |place| (place, names.len() - place - 1));
        assert_eq!(header[..before], names[..before], "{}", table.id);
        assert_eq!(header[header.len() - after..], names[names.len() - after..], "{}", table.id);
        assert!(areas.is_some() || header.len() == names.len(), "{}", table.id);
        let takes_a_day = table.query_parameters().iter().any(|(name, _)| name == "as_at");
        assert_eq!(names.contains(&"as_at"), takes_a_day, "{}", table.id);
    }
}

#[actix_web::test]
async fn a_table_is_a_file_with_its_name_and_day() {
    let register = Register::real().await;
    for table in tables() {
        let answer = register.get(&table.path()).await.expect(200);
        let name = table.path.rsplit('/').next().unwrap().trim_end_matches(".csv");
        let name = if name == "history" { "events" } else { name };
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        let expected = format!("attachment; filename=\"{name}-{}.csv\"", Date::today());
        assert_eq!(answer.header("content-disposition"), expected, "{}", table.id);
        assert!(answer.bytes.ends_with(b"\r\n") && !answer.bytes.starts_with(b"\xef\xbb\xbf"), "{}", table.id);
        let rows = Read::of(&answer).rows.len();
        assert!(rows > 0, "{}", table.id);
        assert_eq!(answer.header("x-total-count"), "");

        let marked = register.get(&format!("{}?bom=true&count=exact", table.path())).await.expect(200);
        assert_eq!(marked.bytes, [b"\xef\xbb\xbf".as_slice(), &answer.bytes].concat(), "{}", table.id);
        assert_eq!(marked.header("x-total-count"), rows.to_string(), "{}", table.id);

        let head = register.request(Method::HEAD, &table.path()).send().await.expect(200);
        for header in ["content-type", "content-disposition", "etag"] {
            assert_eq!(head.header(header), answer.header(header), "{}", table.id);
        }
        let generated = register.request(Method::GET, &table.path()).header("Accept", "application/problem+json");
        assert_eq!(generated.send().await.expect(200).bytes, answer.bytes, "{}", table.id);
        register.request(Method::GET, &table.path()).header("Accept", "application/json").send().await.refused(&[406]);
    }
}

#[actix_web::test]
async fn a_table_as_at_a_day_says_so_in_its_name_and_in_a_column() {
    let register = Register::real().await;
    for table in tables() {
        if !table.query_parameters().iter().any(|(name, _)| name == "as_at") {
            continue;
        }
        for (query, day) in [("?as_at=2026-02-01", "2026-02-01".to_owned()), ("", Date::today().to_string())] {
            let answer = register.get(&format!("{}{query}", table.path())).await.expect(200);
            assert!(answer.header("content-disposition").contains(&format!("-{day}.csv\"")), "{}", table.id);
            let read = Read::of(&answer);
            assert!(!read.rows.is_empty() && read.column("as_at").iter().all(|own| *own == day), "{}", table.id);
        }
        register.get(&format!("{}?as_at=2099-01-01", table.path())).await.refused(&[422]);
    }
}

#[actix_web::test]
async fn a_table_without_rows_has_its_header() {
    let register = Register::empty().await;
    for table in tables().iter().filter(|table| !table.path.contains('{') && table.path != "/api-keys.csv") {
        let answer = register.get(&table.path()).await.expect(200);
        let read = Read::of(&answer);
        assert!(read.header.len() >= 3, "{}", table.id);
        assert!(read.rows.is_empty() || ["/themes.csv", "/frameworks.csv"].contains(&table.path), "{}", table.id);
        assert!(answer.bytes.ends_with(b"\r\n"));
    }
}
