//! Tables: each list as comma-separated values, with the same rows in the same order.

mod form;
mod rows;

use serde_json::Value;

use crate::support::operations::{self, Operation};
use crate::support::{Answer, Register};

/// The tables.
fn tables() -> Vec<Operation> {
    operations::all().into_iter().filter(Operation::is_table).collect()
}

/// The list with the same rows as a table, if there is one.
fn list_of(table: &Operation) -> Option<Operation> {
    let path = table.path.strip_suffix(".csv").unwrap();
    operations::lists().into_iter().find(|list| list.path == path)
}

/// A table that was read.
struct Read {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Read {
    #[track_caller]
    fn of(answer: &Answer) -> Self {
        let mut reader = csv::ReaderBuilder::new().from_reader(answer.bytes.as_slice());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { header, rows }
    }

    /// The cells of a column.
    #[track_caller]
    fn column(&self, name: &str) -> Vec<&str> {
        let place = self.header.iter().position(|column| column == name);
        let place = place.unwrap_or_else(|| panic!("no {name} in {:?}", self.header));
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }
}

/// The items of a list on all pages, in order, as a caller sees them; `None` is the administrator, an empty secret nobody.
async fn every(register: &Register, path: &str, secret: Option<&str>) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let body = get(register, &format!("{path}{sign}limit=37{cursor}"), secret).await.expect(200).json();
        items.extend(body["items"].as_array().unwrap().clone());
        let Some(next) = body["page"]["next_cursor"].as_str() else { return items };
        cursor = format!("&cursor={next}");
    }
}

/// A response to a caller.
async fn get(register: &Register, path: &str, secret: Option<&str>) -> Answer {
    let request = register.request(actix_web::http::Method::GET, path);
    let request = match secret {
        None => request,
        Some("") => request.anonymous(),
        Some(secret) => request.key(secret),
    };
    request.send().await
}
