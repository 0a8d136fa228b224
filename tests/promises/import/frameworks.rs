//! Which framework a row is of, where another data set uses its own codes.

use serde_json::json;

use super::Folder;
use crate::support::Register;

const HEADER: &str = "inspection_key,framework,kind,kind_basis,started_on,ended_on,fieldwork_as_printed,\
                      fieldwork_periods,published_on,inspected_name,lead_inspectors,report_url,source,source_reference\n";

const AUTHORITIES: &str = "name,gss_code,ofsted_urn,region,authority_type\n\
                           Exampleshire,E06900001,99901,West Midlands,county\n";

fn inspection(framework: &str, kind: &str, (started_on, ended_on, published_on): (&str, &str, &str)) -> String {
    format!("99901-{published_on},{framework},{kind},,{started_on},{ended_on},,,{published_on},,,,,\n")
}

#[actix_web::test]
async fn the_start_of_fieldwork_decides_which_version_a_code_means() {
    for (code, kind, days, expected) in [
        ("ILACS", "standard", ("2018-01-01", "2018-01-12", "2018-03-01"), "ilacs_2018"),
        ("ILACS", "standard", ("2023-01-15", "2023-01-27", "2023-03-01"), "ilacs_2018"),
        ("ILACS", "short", ("2023-01-16", "2023-01-20", "2023-03-01"), "ilacs_2023"),
        ("ILACS", "short", ("2026-03-31", "2026-04-02", "2026-06-01"), "ilacs_2023"),
        ("ILACS", "standard", ("2026-04-01", "2026-04-10", "2026-06-01"), "ilacs_2026"),
        ("SIF", "single_inspection", ("2013-11-01", "2013-11-20", "2014-01-10"), "sif_2013"),
        ("LAC_2013", "looked_after_children", ("2013-05-06", "2013-05-17", "2013-06-20"), "looked_after_children_2013"),
        ("ilacs_2023", "standard", ("2023-01-16", "2023-01-27", "2023-03-01"), "ilacs_2023"),
        // Without days of fieldwork the publication decides.
        ("ILACS", "standard", ("", "", "2023-01-15"), "ilacs_2018"),
        ("ILACS", "standard", ("", "", "2023-01-16"), "ilacs_2023"),
    ] {
        let register = Register::empty().await;
        let rows = format!("{HEADER}{}", inspection(code, kind, days));
        let folder = Folder::with(&[("authorities.csv", AUTHORITIES), ("inspections.csv", &rows)]);
        folder.import(&register.database).unwrap();
        let found = register.get("/v1/inspections").await.expect(200);
        assert_eq!(found.each("framework"), [json!(expected)], "{code} from {}", days.0);
    }
}

#[actix_web::test]
async fn a_code_that_means_nothing_that_day_is_refused() {
    for (code, days) in [
        ("ILACS", ("2017-12-31", "2018-01-12", "2018-03-01")),
        ("ilacs", ("2019-01-07", "2019-01-18", "2019-03-01")),
        ("SIF", ("2018-09-03", "2018-09-14", "2018-11-01")),
        ("sif_2013", ("2018-09-03", "2018-09-14", "2018-11-01")),
        ("nonsense", ("2019-01-07", "2019-01-18", "2019-03-01")),
    ] {
        let register = Register::empty().await;
        let rows = format!("{HEADER}{}", inspection(code, "", days));
        let folder = Folder::with(&[("authorities.csv", AUTHORITIES), ("inspections.csv", &rows)]);
        let error = folder.import(&register.database).unwrap_err().to_string();
        assert!(error.contains("inspections.csv, line 2, column "), "{code}: {error}");
        assert!(error.contains("in use"), "{code}: {error}");
    }
}
