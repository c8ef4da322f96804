//! The pages of `app`, as this server shows them.

use std::path::Path;
use std::sync::Arc;

use app::i18n::Interfaces;
use axum::Router;
use service::Service;

use crate::config::PublicUrl;

/// All HTML pages, with the built files of `site`.
pub fn routes(
    site: &Path,
    service: &Service,
    public: &PublicUrl,
    interfaces: Interfaces,
) -> Result<Router, app::SiteError> {
    let site = Arc::new(app::Site::load(site)?);
    Ok(app::routes(app::State {
        site,
        service: service.clone(),
        public_url: public.as_str().into(),
        interfaces,
    }))
}
