//! The route of intake that checks a response and stores nothing: what `cargo xtask bench` holds the program against.
//!
//! It stands behind the layers that the real route stands behind, and never in the program.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::put;
use axum::{Json, Router};
use clap::Parser as _;
use domain::answer::Unasked;
use domain::id::ResponseId;
use server::api::responses::Receipt;
use server::listen::{self, Door};
use server::middleware::boundary;
use server::middleware::headers::Policy;
use service::clock::SystemClock;
use service::intake::Delivery;
use service::languages::Languages;
use service::{Options, Service};
use tower_http::compression::CompressionLayer;
use uuid::Uuid;

/// The one of the program: with another one the two could not be compared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(clap::Parser)]
struct Args {
    /// The database, for points and versions.
    #[arg(long)]
    database: String,
    /// Address to listen on.
    #[arg(long)]
    listen: SocketAddr,
}

fn main() -> Result<()> {
    // As many workers as the program has.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()?
        .block_on(run(&Args::parse()))
}

/// Serves until told to stop.
async fn run(args: &Args) -> Result<()> {
    server::telemetry::start("info")?;
    let store = store::connect(&args.database, store::Options::default()).await?;
    let options = Options {
        queue: 1,
        pepper: [0; 32],
        languages: Languages::default(),
    };
    let service = Service::open(store, Arc::new(SystemClock), options).await?;
    let router = Router::new()
        .route("/api/v1/responses/{id}", put(check))
        .with_state(service)
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(Policy::new(false, &[]), boundary::api));
    let listener = std::net::TcpListener::bind(args.listen)?;
    listen::serve(listener, Door::new(&[]), None, router, listen::stop_asked()?).await
}

/// What the real route does but for the queue behind it.
async fn check(State(service): State<Service>, Path(id): Path<Uuid>, body: Bytes) -> Response {
    let Ok(document) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let delivery = Delivery {
        id: ResponseId(id),
        document,
        device: None,
        unasked: Unasked::Refuse,
    };
    match tokio::spawn(async move { service.check_only(delivery).await }).await {
        Ok(Ok(())) => {
            let receipt = Receipt {
                recorded: true,
                not_counted: None,
                reason: None,
                standing: None,
            };
            (StatusCode::CREATED, Json(receipt)).into_response()
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    }
}
