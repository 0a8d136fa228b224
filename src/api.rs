//! Every URL of the service: the routes, the OpenAPI document and the application are defined together.

use std::sync::{Arc, LazyLock};

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compat, Compress, Condition, from_fn};
use actix_web::{Error, web};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

use crate::access::role::Role;
use crate::contract;
use crate::database::pool::Db;
use crate::error::Problem;
use crate::http::forwarded::TrustedProxies;
use crate::http::health::{self, Draining};
use crate::http::limits::{RequestLimits, connection, rate, responses};
use crate::http::metrics::{self, Metrics};
use crate::http::operation::Operations;
use crate::http::page::Count;
use crate::http::public_url::{self, PublicUrl};
use crate::http::table::Columns;
use crate::http::telemetry;
use crate::http::{compression, guard, pages};
use crate::register::api_keys::authenticate::{self, KnownKeys};
use crate::register::api_keys::model::ApiKeySort;
use crate::register::authorities::model::{AuthorityEmbed, AuthoritySort};
use crate::register::documents::model::DocumentSort;
use crate::register::findings::model::FindingEmbed;
use crate::register::improvement_actions::model::{ImprovementActionEmbed, ImprovementActionSort};
use crate::register::improvement_plans::model::{ImprovementPlanEmbed, ImprovementPlanSort};
use crate::register::inspections::model::{InspectionEmbed, InspectionSort};
use crate::register::interventions::model::InterventionSort;
use crate::register::recommendations::model::RecommendationEmbed;
use crate::register::standings::model::{Clock, StandingSort};
use crate::register::{
    api_keys, authorities, documents, events, evidence, examinations, findings, follow_up, frameworks,
    improvement_actions, improvement_plans, inspections, interventions, judgements, recommendations, standings, themes,
};
use crate::values::authority_key::AuthorityKey;
use crate::values::text::SearchText;

/// The parts of the OpenAPI document that describe the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(title = "Inspection Register", description = include_str!("../openapi/description.md")),
    servers((url = "/v1", description = "This service, in production or on a local machine")),
    components(schemas(
        Problem, Count, ApiKeySort, Role, AuthorityEmbed, AuthoritySort, DocumentSort, ImprovementActionEmbed, ImprovementActionSort,
        ImprovementPlanEmbed, ImprovementPlanSort, FindingEmbed, InspectionEmbed, InspectionSort, InterventionSort, RecommendationEmbed, Clock,
        StandingSort, AuthorityKey, Columns, SearchText
    )),
    tags(
        (name = "Standings", description = "The standings of all authorities on any day: in [pages](#/Standings/list_standings), or as one [table](#/Standings/export_standings)."),
        (name = "Authorities", description = "English councils with responsibility for children's services, [past and present](#/Authorities/list_authorities), and their [statistical neighbours](#/Authorities/list_authority_neighbours)."),
        (name = "Inspections", description = "Inspections by Ofsted, with their dates and judgements. [One request](#/Inspections/create_inspection) records a whole report."),
        (name = "Judgements", description = "The [grades](#/Judgements/get_inspection_judgements) of one inspection by area."),
        (name = "Findings", description = "The findings of inspections, strengths and concerns: those of one inspection, or [across all inspections](#/Findings/list_findings)."),
        (name = "Recommendations", description = "The recommendations of inspections, with their due dates: those of one inspection, or [across all inspections](#/Recommendations/list_recommendations)."),
        (name = "Examinations", description = "The examinations of recommendations by later inspections and visits. The [follow-up](#/Examinations/get_inspection_follow_up) of an inspection combines them."),
        (name = "Improvement plans", description = "The plans of authorities that respond to an inspection, with [an action for each recommendation](#/Improvement%20plans/create_actions_from_recommendations)."),
        (name = "Improvement actions", description = "The [actions](#/Improvement%20actions/list_improvement_actions) of authorities, with due dates, states, delays and [transitions](#/Improvement%20actions/create_improvement_action_transition)."),
        (name = "Evidence", description = "The [evidence](#/Evidence/list_improvement_action_evidence) that an action had an effect, and its [reviews](#/Evidence/list_evidence_reviews) by others."),
        (name = "Interventions", description = "The [interventions](#/Interventions/list_interventions) by government and others when services fail: notices, directions, commissioners, partners."),
        (name = "Documents", description = "[Reports, letters, news and statements](#/Documents/list_documents) about inspections."),
        (name = "Events", description = "Every change of every resource in causal order, with its actor and its reason. To follow changes, read [`/events`](#/Events/list_events)."),
        (name = "Frameworks", description = "The [frameworks](#/Frameworks/list_frameworks) that Ofsted inspects under, with their areas, grades and kinds of inspection."),
        (name = "Themes", description = "The [themes](#/Themes/list_themes) of findings and recommendations."),
        (name = "API keys", description = "The callers and their roles. Only administrators can [read and change them](#/API%20keys/list_api_keys)."),
    )
)]
pub struct Description;

/// The OpenAPI document, created once for all workers.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| contract::document(&described()));

/// The OpenAPI document converted to version 3.0.
static DOCUMENT_3_0: LazyLock<Value> = LazyLock::new(|| contract::openapi_3_0(&DOCUMENT));

/// Both documents in the form in which they are sent.
static DOCUMENTS: LazyLock<Arc<pages::Documents>> =
    LazyLock::new(|| Arc::new(pages::Documents::new(&DOCUMENT, &DOCUMENT_3_0)));

/// The operations of the document, as the guard and the extractors need them.
static OPERATIONS: LazyLock<Arc<Operations>> = LazyLock::new(|| Arc::new(Operations::new(&DOCUMENT, "/v1")));

/// The state that all parts of the application share.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The cache of API keys that callers sent.
    pub keys: KnownKeys,
    /// The metrics.
    pub metrics: Metrics,
    /// Whether the service is shutting down.
    pub draining: Draining,
    /// The origins whose web pages may call the service.
    pub cors_origins: Vec<String>,
    /// The address of the service for callers.
    pub public_url: PublicUrl,
    /// The proxies that are believed when they name their client.
    pub proxies: TrustedProxies,
    /// The limits on requests.
    pub limits: RequestLimits,
}

/// Registers the operations, which the document describes, below `/v1`.
fn operations(service: &mut ServiceConfig) {
    service
        .configure(standings::routes::register)
        .configure(authorities::routes::register)
        .configure(inspections::routes::register)
        .configure(judgements::routes::register)
        .configure(findings::routes::register)
        .configure(recommendations::routes::register)
        .configure(examinations::routes::register)
        .configure(follow_up::routes::register)
        .configure(improvement_plans::routes::register)
        .configure(improvement_actions::routes::register)
        .configure(evidence::routes::register)
        .configure(interventions::routes::register)
        .configure(events::routes::register)
        .configure(histories)
        .configure(documents::routes::register)
        .configure(frameworks::routes::register)
        .configure(themes::routes::register)
        .configure(api_keys::routes::register);
}

/// The histories of resources, which the document lists after the feed of events.
fn histories(service: &mut ServiceConfig) {
    service
        .service(inspections::routes::list_inspection_history)
        .service(inspections::routes::export_inspection_history)
        .service(findings::routes::list_finding_history)
        .service(findings::routes::export_finding_history)
        .service(recommendations::routes::list_recommendation_history)
        .service(recommendations::routes::export_recommendation_history)
        .service(improvement_plans::routes::list_improvement_plan_history)
        .service(improvement_plans::routes::export_improvement_plan_history)
        .service(improvement_actions::routes::list_improvement_action_history)
        .service(improvement_actions::routes::export_improvement_action_history);
}

/// What is served outside `/v1` and is no operation: pages, the document, health, metrics.
fn plumbing(service: &mut web::ServiceConfig) {
    service
        .route("/", web::get().to(pages::landing))
        .route("/docs", web::get().to(pages::to_docs))
        .route("/openapi.json", web::get().to(pages::document))
        .route("/openapi-3.0.json", web::get().to(pages::document_3_0))
        .route("/problems", web::get().to(pages::problems::list))
        .route("/problems/{slug}", web::get().to(pages::problems::explanation))
        .route("/health/live", web::get().to(health::live))
        .route("/health/ready", web::get().to(health::ready))
        .route("/metrics", web::get().to(metrics::metrics))
        .route("/docs/", web::get().to(pages::docs))
        .route("/docs/index.html", web::get().to(pages::docs))
        .route("/guides", web::get().to(pages::guides::guide))
        .route("/guides/", web::get().to(pages::guides::to_list))
        .route("/guides/inspection-register.service", web::get().to(pages::guides::unit))
        .route("/guides/{name:.+}", web::get().to(pages::guides::guide))
        .configure(pages::files::register);
}

/// The document as it is served, created once for all workers.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The OpenAPI document converted to version 3.0.
#[must_use]
pub fn document_3_0() -> &'static Value {
    &DOCUMENT_3_0
}

/// The document as the code describes it, before [`contract`] completes it.
#[must_use]
fn described() -> utoipa::openapi::OpenApi {
    let app = actix_web::App::new().into_utoipa_app().openapi(Description::openapi());
    app.service(scope("").configure(operations)).split_for_parts().1
}

/// The complete application.
#[must_use]
pub fn build(
    app: &App,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let (operations, _) = actix_web::App::new()
        .app_data(web::Data::from(Arc::clone(&OPERATIONS)))
        .app_data(web::Data::from(Arc::clone(&DOCUMENTS)))
        .app_data(web::Data::new(app.public_url.clone()))
        .app_data(web::Data::new(app.db.clone()))
        .app_data(web::Data::new(app.keys.clone()))
        .app_data(web::Data::new(app.metrics.clone()))
        .app_data(web::Data::new(app.draining.clone()))
        .app_data(web::Data::new(app.proxies.clone()))
        .app_data(web::Data::new(app.limits.bodies.clone()))
        .app_data(web::Data::new(app.limits.responses.clone()))
        .app_data(web::Data::from(Arc::clone(&app.limits.rate)))
        .app_data(pages::not_found_for_bad_paths())
        .into_utoipa_app()
        .service(scope("/v1").configure(operations))
        .split_for_parts();
    operations
        .configure(plumbing)
        .default_service(web::to(pages::nothing_here))
        .wrap(from_fn(guard::guard))
        .wrap(from_fn(responses::limit_memory))
        .wrap(from_fn(rate::by_key))
        .wrap(from_fn(authenticate::authenticate))
        .wrap(Compress::default())
        .wrap(from_fn(compression::mark_tags))
        .wrap(from_fn(rate::by_address))
        .wrap(Condition::new(!app.cors_origins.is_empty(), Compat::new(cors(&app.cors_origins))))
        .wrap(from_fn(public_url::complete_headers))
        .wrap(from_fn(telemetry::observe))
        .wrap(from_fn(connection::follow))
}

/// Permits pages of these origins to call with any method and header, but without cookies or certificates: API keys are
/// sent explicitly, never by a browser on its own.
fn cors(origins: &[String]) -> Cors {
    let exposed = [
        "Allow",
        "Content-Disposition",
        "Content-Location",
        "ETag",
        "Idempotent-Replayed",
        "Link",
        "Location",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "WWW-Authenticate",
        "X-Request-Id",
        "X-Total-Count",
    ];
    let cors = Cors::default().allow_any_method().allow_any_header().expose_headers(exposed).max_age(600);
    if origins.iter().any(|origin| origin == "*") {
        return cors.allow_any_origin().send_wildcard();
    }
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
