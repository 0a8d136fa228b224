//! Files as spreadsheets and other programs save them: what is read, and what is refused with a reason that helps.

use inspection_register::import::ImportError;
use rstest::rstest;

use super::Folder;
use crate::support::Register;
use crate::support::database::Database;
use crate::support::rows::new_authority;

const AUTHORITIES: &str = "name,gss_code,region,authority_type
Exampleshire,E06900000,West Midlands,county
Café,E06900001,West Midlands,county
";

/// A text in UTF-16 with its byte order mark.
fn utf_16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A text in Windows-1252, as far as it is that of Latin-1.
fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

#[rstest]
#[case::semicolons(AUTHORITIES.replace(',', ";").into_bytes(), (1, ""), "separated by semicolons; they must be separated by commas")]
#[case::tabs(AUTHORITIES.replace(',', "\t").into_bytes(), (1, ""), "separated by tabs")]
#[case::semicolons_after_a_mark([b"\xef\xbb\xbf".to_vec(), AUTHORITIES.replace(',', ";").into_bytes()].concat(), (1, ""), "semicolons")]
#[case::another_encoding(latin_1(AUTHORITIES), (3, "name"), "is not in UTF-8")]
#[case::another_encoding_of_a_name(latin_1("name,gss_code,régïon\n"), (1, ""), "is not in UTF-8")]
#[case::wide_letters(utf_16(AUTHORITIES), (1, ""), "UTF-16")]
fn a_file_in_another_form_is_refused_with_the_reason(
    #[case] content: Vec<u8>,
    #[case] place: (u64, &str),
    #[case] reason: &str,
) {
    let outcome = Folder::holding([("authorities.csv", content.as_slice())]).import(&Database::empty());
    let Err(ImportError::Faults(faults)) = outcome else { panic!("{outcome:?}") };
    let fault = &faults[0];
    assert_eq!((fault.file, (fault.line, fault.column.as_str())), ("authorities.csv", place), "{fault}");
    assert!(fault.reason.contains(reason), "{fault}");
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn a_byte_order_mark_before_a_table_is_no_part_of_its_first_name() {
    let database = Database::empty();
    Folder::with(&[("authorities.csv", &format!("\u{feff}{AUTHORITIES}"))]).import(&database).unwrap();
}

#[test]
fn json_is_read_with_a_byte_order_mark_and_lines_are_counted_all_the_same() {
    let themes = include_str!("../../../data/themes.json");
    Folder::with(&[("themes.json", &format!("\u{feff}{themes}"))]).import(&Database::empty()).unwrap();

    let wrong = "\u{feff}[\n  {\"theme\": 1}\n]";
    let outcome = Folder::with(&[("themes.json", wrong)]).import(&Database::empty());
    let Err(ImportError::Faults(faults)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((faults[0].line, faults[0].column.as_str()), (2, "theme"), "{faults:?}");

    let outcome = Folder::holding([("themes.json", utf_16(themes).as_slice())]).import(&Database::empty());
    let Err(ImportError::Faults(faults)) = outcome else { panic!("{outcome:?}") };
    assert!(faults[0].reason.contains("UTF-16"), "{faults:?}");
}

#[actix_web::test]
async fn a_body_is_read_with_a_byte_order_mark() {
    let register = Register::empty().await;
    let body = format!("\u{feff}{}", new_authority());
    let request = register.request(actix_web::http::Method::POST, "/v1/authorities");
    let created = request.body("application/json", body).send().await.expect(201);
    let patch = register.request(actix_web::http::Method::PATCH, created.header("location")).if_match("*");
    let patched = patch.body("application/json", "\u{feff}{\"name\": \"Exampleton\"}").send().await.expect(200);
    assert_eq!(patched.json()["name"], "Exampleton");
    for broken in ["\u{feff}", "\u{feff}\u{feff}{}"] {
        let request = register.request(actix_web::http::Method::POST, "/v1/authorities");
        request.body("application/json", broken).send().await.refused(&[400]);
    }
}
