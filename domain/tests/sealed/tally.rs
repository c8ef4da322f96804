//! A raw tally has no serialised form.

fn write(tally: &domain::tally::Tally) {
    let _ = serde_json::to_string(tally);
}

fn main() {
    let _ = write;
}
