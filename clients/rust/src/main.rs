//! Uses the register through a client made by progenitor, and fails at the first answer that is not as it should be.
//! `BASE_URL` names the service; `API_KEY` is sent with every request.

/// The client, as progenitor makes it.
#[allow(clippy::all, clippy::pedantic, warnings, reason = "generated")]
mod register {
    include!(concat!(env!("OUT_DIR"), "/register.rs"));
}

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::error::Error;

use chrono::NaiveDate;
use progenitor_client::{ClientHooks, OperationInfo};
use register::types::{
    AuthorityPatch, AuthorityPatchName, AuthorityType, Count, Grade, NewAuthority, Problem, ProblemCode,
};
use register::{Client, ResponseValue};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
type Refused = register::Error<Problem>;

impl ClientHooks for Client {
    /// Puts several codes into one parameter, separated by commas: the generator repeats the parameter instead.
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        _: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let mut values = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in request.url().query_pairs() {
            values.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        if !values.is_empty() {
            let joined = values.into_iter().map(|(name, several)| (name, several.join(",")));
            request.url_mut().query_pairs_mut().clear().extend_pairs(joined);
        }
        Ok(())
    }
}

fn connect() -> Outcome<Client> {
    let base = env::var("BASE_URL").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(reqwest::header::AUTHORIZATION, format!("Bearer {}", env::var("API_KEY")?).parse()?);
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    Ok(Client::new_with_client(&format!("{base}/v1"), http))
}

/// The problem that a refusal tells, with the headers around it.
fn problem_of<T>(answer: Result<T, Refused>, status: u16, code: ProblemCode) -> Outcome<ResponseValue<Problem>> {
    let Err(register::Error::ErrorResponse(problem)) = answer else { return Err(format!("{code} is expected").into()) };
    assert_eq!((problem.status().as_u16(), problem.status), (status, i32::from(status)));
    assert_eq!(problem.code, code);
    Ok(problem)
}

fn tag_of<T>(answer: &ResponseValue<T>) -> Outcome<String> {
    Ok(answer.headers().get("ETag").ok_or("the answer carries an entity tag")?.to_str()?.to_owned())
}

async fn page_through_inspections(register: &Client) -> Outcome {
    let frameworks = ["ilacs_2018", "ilacs_2023"];
    let grades = [Grade::Inadequate, Grade::RequiresImprovement];
    let mut seen = BTreeSet::new();
    let mut cursor = None;
    let total = loop {
        let mut question = register.list_inspections().grade(grades.to_vec()).limit(20).count(Count::Exact);
        question = question.framework(frameworks.map(|code| code.parse().unwrap()).to_vec());
        if let Some(cursor) = cursor {
            question = question.cursor(cursor);
        }
        let page = question.send().await?.into_inner();
        for inspection in &page.items {
            assert!(inspection.framework.as_ref().is_some_and(|code| frameworks.contains(&code.as_str())));
            assert!(
                inspection.judgements.iter().any(|judgement| judgement.grade.is_some_and(|own| grades.contains(&own)))
            );
        }
        seen.extend(page.items.into_iter().map(|inspection| inspection.inspection_id));
        match page.page.next_cursor {
            Some(next) => cursor = Some(next.to_string()),
            None => break page.page.total,
        }
    };
    assert!(total > Some(20), "there are several pages");
    assert_eq!(total, Some(i64::try_from(seen.len())?));
    println!("{} inspections by pages", seen.len());
    Ok(())
}

async fn read_standings(register: &Client) -> Outcome {
    let as_at = NaiveDate::from_ymd_opt(2026, 1, 31).ok_or("a day")?;
    let question = register.list_standings().as_at(as_at).region("West Midlands").limit(200);
    let standings = question.send().await?.into_inner().items;
    let herefordshire = standings.iter().find(|standing| standing.gss_code.as_str() == "E06000019");
    let judgements = &herefordshire.ok_or("Herefordshire has a standing")?.judgements;
    let overall = judgements.iter().find(|judgement| judgement.area.as_str() == "overall_effectiveness");
    let grade = overall.and_then(|judgement| judgement.grade).ok_or("Herefordshire has an overall grade")?;
    println!("{} standings; Herefordshire: {grade}", standings.len());
    Ok(())
}

async fn record_and_correct(register: &Client) -> Outcome {
    let new = NewAuthority::builder()
        .name("Example of a client in Rust")
        .gss_code("E99000003")
        .region("West Midlands")
        .authority_type(AuthorityType::UnitaryAuthority);
    let created = register.create_authority().body(new.clone()).send().await?;
    let authority = created.authority_id.to_string();
    problem_of(register.create_authority().body(new).send().await, 409, ProblemCode::Conflict)?;

    let outdated = tag_of(&created)?;
    let update = |tag: &str, patch| register.update_authority().authority(&*authority).if_match(tag).body(patch).send();
    let name = |name: &str| AuthorityPatch::builder().name(name.parse::<AuthorityPatchName>().ok());
    let corrected = update(&outdated, name("Example, corrected")).await?;
    assert_eq!(corrected.name.as_str(), "Example, corrected");
    let current = tag_of(&corrected)?;

    let late = update(&outdated, name("Example, too late")).await;
    let late = problem_of(late, 412, ProblemCode::PreconditionFailed)?;
    assert_eq!(tag_of(&late)?, current, "the problem tells the current entity tag");

    let day = |year| NaiveDate::from_ymd_opt(year, 4, 1);
    let backwards = AuthorityPatch::builder().active_from(day(2024)).active_to(day(2023));
    let problem = problem_of(update(&current, backwards).await, 422, ProblemCode::ValidationFailed)?;
    assert!(problem.errors.iter().any(|error| error.pointer.as_deref().is_some_and(|place| place == "/active_to")));

    register.delete_authority().authority(&*authority).if_match(&*current).send().await?;
    problem_of(register.get_authority().authority(&*authority).send().await, 404, ProblemCode::NotFound)?;
    println!("an authority recorded, corrected and removed; 409, 412, 422 and 404 told as problems");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let register = connect()?;
    page_through_inspections(&register).await?;
    read_standings(&register).await?;
    record_and_correct(&register).await
}
