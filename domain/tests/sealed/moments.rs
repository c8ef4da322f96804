//! Neither have the moments in it.

fn main() {
    let _ = serde_json::to_string(&domain::moments::Moments::default());
}
