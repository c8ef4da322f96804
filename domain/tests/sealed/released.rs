//! Nobody else declares something released.

fn main() {
    let _ = domain::release::Released(5);
}
