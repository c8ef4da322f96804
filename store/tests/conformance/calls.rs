//! That this suite calls every method of the interface.

use std::path::Path;

/// What stands before a call, once white space is gone: the store of a test's world, or one that was opened beside it.
const RECEIVERS: [&str; 3] = ["store.", "other.", "another().await."];

fn texts(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// The methods of a trait's text, which ends with the first bracket that is not indented.
fn methods(text: &str) -> Vec<String> {
    let body = text.split("\n}").next().unwrap_or_default();
    let signatures = body.split("async fn ").skip(1);
    let names = signatures.filter_map(|signature| signature.split('(').next());
    names.map(str::to_owned).collect()
}

#[test]
fn every_method_is_called() {
    let tests: String = texts("tests/conformance").concat();
    let tests: String = tests.split_whitespace().collect();
    let mut found = 0;
    for source in texts("src") {
        // What the bench does past the interface has its own use there.
        if source.contains("pub trait Probe") {
            continue;
        }
        for method in source.split("pub trait ").skip(1).flat_map(methods) {
            found += 1;
            let is_called = RECEIVERS
                .iter()
                .any(|receiver| tests.contains(&format!("{receiver}{method}(")));
            assert!(is_called, "`{method}` is called by no test of the suite");
        }
    }
    assert!(found > 50, "{found} methods found");
}
