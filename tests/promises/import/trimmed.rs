//! White space around names, and texts of nothing else.

use super::Folder;
use crate::support::Register;
use crate::support::database::Database;

const HEAD: &str = "name,official_name,gss_code,region,authority_type";

#[actix_web::test]
async fn names_are_trimmed() {
    let database = Database::empty();
    let lines = format!("{HEAD}\n\" Exampleshire \",\u{feff}Exampleshire Council,E06999991,London,county\n");
    Folder::with(&[("authorities.csv", &lines)]).import(&database).unwrap();
    let register = Register::with(database, |_| ()).await;
    let read = register.get("/v1/authorities/E06999991").await.expect(200).json();
    assert_eq!((&read["name"], &read["official_name"]), (&"Exampleshire".into(), &"Exampleshire Council".into()));
}

#[test]
fn a_name_of_which_nothing_can_be_seen_is_refused() {
    let database = Database::empty();
    let lines = format!("{HEAD}\n\u{a0},\u{200b},E06999992,London,county\n");
    let error = Folder::with(&[("authorities.csv", &lines)]).import(&database).unwrap_err().to_string();
    for column in ["name", "official_name"] {
        assert!(error.contains(&format!("line 2, column {column}: must contain characters")), "{error}");
    }
}
