//! Which standings are asked for.

use crate::support::Register;
use crate::support::standings::{COUNTED_ON, of, outcome, standings};

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::real().await;
    let all = standings(&register, &format!("as_at={COUNTED_ON}")).await;
    let region = standings(&register, &format!("as_at={COUNTED_ON}&region=West%20Midlands")).await;
    assert_eq!(region, all.iter().filter(|row| row["region"] == "West Midlands").cloned().collect::<Vec<_>>());
    let kinds = standings(&register, &format!("as_at={COUNTED_ON}&authority_type=county,city_corporation")).await;
    assert!(kinds.iter().all(|row| row["authority_type"] == "county" || row["authority_type"] == "city_corporation"));
    assert!(of(&kinds, "E09000001").is_some());
    assert_eq!(standings(&register, &format!("as_at={COUNTED_ON}&q=HEREFORD")).await.len(), 1);
    assert_eq!(standings(&register, &format!("as_at={COUNTED_ON}&q=He%25shire")).await.len(), 0, "no wildcard");
    assert_eq!(standings(&register, "as_at=1990-01-01&area=overall_effectiveness").await.len(), 0);
}

#[actix_web::test]
async fn authorities_and_neighbours_are_named_by_id_or_code() {
    let register = Register::real().await;
    let all = standings(&register, &format!("as_at={COUNTED_ON}")).await;
    let named = standings(&register, &format!("as_at={COUNTED_ON}&authority=80474,E06000011")).await;
    let own = |row: &&serde_json::Value| row["gss_code"] == "E06000019" || row["gss_code"] == "E06000011";
    assert_eq!(named, all.iter().filter(own).cloned().collect::<Vec<_>>());

    let neighbours = register.get("/v1/authorities/E06000019/neighbours?set=current").await.expect(200);
    let neighbours = neighbours.each("gss_code");
    assert_eq!(neighbours.len(), 10);
    let expected = all.iter().filter(|row| neighbours.contains(&row["gss_code"])).cloned().collect::<Vec<_>>();
    let query = format!("as_at={COUNTED_ON}&neighbours_of=884");
    assert_eq!(standings(&register, &query).await, expected);
    let both = standings(&register, &format!("{query}&authority=E06000019,E06000011&q=riding")).await;
    assert_eq!(both.iter().map(|row| row["gss_code"].clone()).collect::<Vec<_>>(), ["E06000011"]);
    let table = register.get(&format!("/v1/standings.csv?{query}")).await.expect(200).text();
    assert_eq!(table.lines().count(), 11);
    let page = register.get(&format!("/v1/standings?{query}&limit=3&count=exact")).await.expect(200).json();
    assert_eq!(page["page"]["total"], 10);
}

#[actix_web::test]
async fn area_and_grade_are_asked_of_the_same_judgement() {
    let register = Register::real().await;
    for day in [COUNTED_ON, "2022-10-01", "2017-01-01"] {
        let all = standings(&register, &format!("as_at={day}")).await;
        for (areas, grades) in [
            ("overall_effectiveness", "inadequate"),
            ("impact_of_leaders", "inadequate,requires_improvement"),
            ("care_leavers,children_in_care", "outstanding"),
            ("adoption", "outstanding,good,requires_improvement,inadequate"),
            ("", "inadequate"),
            ("adoption", ""),
            ("overall_effectiveness", ""),
            ("overall_effectiveness", "adequate"),
        ] {
            let query = [("area", areas), ("grade", grades)];
            let query = query.iter().filter(|(_, codes)| !codes.is_empty());
            let query = query.map(|(name, codes)| format!("&{name}={codes}")).collect::<Vec<_>>().concat();
            let is_asked = |row: &&serde_json::Value| {
                row["judgements"].as_array().unwrap().iter().any(|judgement| {
                    let has = |codes: &str, member: &str| {
                        codes.is_empty() || codes.split(',').any(|code| judgement[member] == code)
                    };
                    judgement.get("grade").is_some() && has(areas, "area") && has(grades, "grade")
                })
            };
            let expected = all.iter().filter(is_asked).cloned().collect::<Vec<_>>();
            assert_eq!(standings(&register, &format!("as_at={day}{query}")).await, expected, "{day}{query}");
        }
    }
}

#[actix_web::test]
async fn an_area_that_was_not_judged_has_no_grade_to_be_found_by() {
    let register = Register::real().await;
    // The City of London's report of September 2016 does not judge adoption.
    let row = standings(&register, "as_at=2017-01-01&q=City%20of%20London").await;
    assert_eq!(outcome(&row[0], "adoption"), "not_judged");
    assert_eq!(standings(&register, "as_at=2017-01-01&q=City%20of%20London&area=adoption").await.len(), 0);
}

#[actix_web::test]
async fn pages_by_name_hold_every_standing_once_both_ways() {
    let register = Register::real().await;
    for sort in ["name", "-name"] {
        let all = standings(&register, &format!("as_at={COUNTED_ON}&sort={sort}")).await;
        let mut pages = Vec::new();
        let mut path = format!("/v1/standings?as_at={COUNTED_ON}&sort={sort}&limit=40");
        loop {
            let page = register.get(&path).await.expect(200).json();
            pages.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
            path = format!("/v1/standings?as_at={COUNTED_ON}&sort={sort}&limit=40&cursor={cursor}");
        }
        assert_eq!(pages, all, "by {sort}");
    }
}
