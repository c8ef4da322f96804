//! A raw tally has no serialised form.

fn main() {
    let tally: domain::tally::Tally = unimplemented!();
    let _ = serde_json::to_string(&tally);
}
