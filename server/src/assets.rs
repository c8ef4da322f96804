//! Built files: `pkg/` with hashed names, and what keeps its name, both precompressed by `cargo xtask site`.

use std::io;
use std::path::Path;

use axum::Router;
use axum::routing::any_service;
use tower_http::services::ServeDir;

/// Routes to the files below `site`: everything in `pkg`, and each file that keeps its name. Nothing else of
/// the folder is served, and what is missing is left to the pages' not-found page.
pub fn routes(site: &Path) -> io::Result<Router> {
    let files = ServeDir::new(site)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let mut router = Router::new().route("/pkg/{file}", any_service(files.clone()));
    for name in named(site, site)? {
        router = router.route(&format!("/{name}"), any_service(files.clone()));
    }
    Ok(router)
}

/// The files outside `pkg` that browsers ask for by name, without their compressed twins.
fn named(site: &Path, folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.strip_prefix(site).ok().and_then(Path::to_str) else {
            continue;
        };
        if path.is_dir() {
            if name != "pkg" {
                names.extend(named(site, &path)?);
            }
        } else if name != "manifest.json" && !is_twin(&path) && !name.contains(['{', '}']) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn is_twin(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "br" || extension == "gz")
}
