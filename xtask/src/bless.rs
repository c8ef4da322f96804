//! `cargo xtask bless`: checked-in outputs are written anew instead of compared.

use anyhow::Result;

use crate::pg::{Durability, Server};
use crate::run::{check, step};
use crate::{setup, test};

/// Runs all Rust tests with the two variables that turn a comparison into a rewrite: `INSTA_UPDATE` for snapshots and
/// `NGHE_DAN_BLESS` for our own comparisons, such as the API description. What changed is then for `git diff` to say.
pub(crate) fn run() -> Result<()> {
    setup::postgres_server()?;
    let server = Server::start(Durability::None)?;
    step(
        "rewrite the checked-in outputs",
        "as long as the tests take",
        || {
            check(
                test::rust(&server)
                    .env("INSTA_UPDATE", "always")
                    .env("NGHE_DAN_BLESS", "1")
                    .arg("--no-fail-fast"),
            )
        },
    )
}
