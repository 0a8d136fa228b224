//! The files of the pages: style sheets, scripts, an icon. Pages name them with their version, by which browsers keep them
//! without asking again.

use std::sync::{Arc, LazyLock};

use actix_web::{HttpRequest, web};

use crate::http::response::{Content, digest};

/// A file, at its path below the address of the service.
struct File {
    path: String,
    media_type: &'static str,
    bytes: web::Bytes,
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The files of Swagger UI that the page uses.
const OF_SWAGGER_UI: [(&str, &str); 3] =
    [("swagger-ui.css", CSS), ("swagger-ui-bundle.js", JAVASCRIPT), ("favicon-32x32.png", "image/png")];

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let own = [
        ("/pages.css", CSS, include_str!("pages.css")),
        ("/docs/register.css", CSS, include_str!("swagger-ui.css")),
        ("/docs/register.js", JAVASCRIPT, include_str!("swagger-ui.js")),
    ];
    let own = own.map(|(path, media_type, text)| File {
        path: path.to_owned(),
        media_type,
        bytes: web::Bytes::from_static(text.as_bytes()),
    });
    let config = Arc::new(utoipa_swagger_ui::Config::default());
    let bundled = OF_SWAGGER_UI.iter().filter_map(|(name, media_type)| {
        let file = utoipa_swagger_ui::serve(name, Arc::clone(&config)).ok()??;
        Some(File { path: format!("/docs/{name}"), media_type, bytes: file.bytes.into_owned().into() })
    });
    own.into_iter().chain(bundled).collect()
});

static VERSION: LazyLock<String> =
    LazyLock::new(|| digest(&FILES.iter().flat_map(|file| file.bytes.iter().copied()).collect::<Vec<_>>()));

/// The version of the files, which pages add to their addresses as a query.
pub(super) fn version() -> &'static str {
    &VERSION
}

/// Registers the files.
pub fn register(service: &mut web::ServiceConfig) {
    for file in FILES.iter() {
        service.route(&file.path, web::get().to(async |request: HttpRequest| serve(file, &request)));
    }
}

fn serve(file: &File, request: &HttpRequest) -> Content {
    let content = Content::new(file.media_type, file.bytes.clone());
    if request.query_string() == version() { content.kept() } else { content }
}
