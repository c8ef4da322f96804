//! Language packs: pages, device and API in a language that is added as files, and what a check tells of them.
//!
//! The language is one of those that are for private use, and its words are Vietnamese in brackets: no translation is
//! invented.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::questionnaire::Version;
use domain::text::Language;
use serde_json::json;
use server::languages::{self, Entry, Report, write_template};
use tempfile::TempDir;

use crate::world::{QUESTIONNAIRE, World, new_id};

fn language() -> Language {
    Language::parse("qaa").unwrap()
}

fn version() -> Version {
    Version::parse(QUESTIONNAIRE).unwrap()
}

/// The questionnaire's file in a pack.
fn wording(folder: &Path) -> std::path::PathBuf {
    let definition = version().definition().clone();
    folder.join(format!(
        "qaa/questionnaires/{}/{}.json",
        definition.key, definition.version
    ))
}

/// Translates a text of the pack's file.
fn translate(folder: &Path, of: impl Fn(&str, &Entry) -> String) {
    let file = wording(folder);
    let mut entries: BTreeMap<String, Entry> =
        serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    for (name, entry) in &mut entries {
        entry.text = of(name, entry);
    }
    fs::write(file, serde_json::to_string(&entries).unwrap()).unwrap();
}

/// A pack that says everything in brackets, from its template.
fn complete() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let written = write_template(folder.path(), &language(), "Qaa", &[&version()]).unwrap();
    assert_eq!(written.len(), 3);
    translate(folder.path(), |_, entry| format!("[{}]", entry.vi));
    let sources = app::i18n::sources();
    let lines: Vec<String> = sources
        .iter()
        .map(|source| format!("{} = [{}]\n", source.key, source.vi))
        .collect();
    let interface = lines.concat();
    fs::write(folder.path().join("qaa/interface.ftl"), interface).unwrap();
    folder
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What a check tells of the pack, and whether it found nothing.
fn checked(folder: &TempDir) -> (String, bool) {
    let loaded = languages::load(folder.path()).unwrap();
    let pack = loaded.languages.pack(&language()).unwrap();
    let found = loaded
        .folders
        .iter()
        .find(|folder| folder.language == language())
        .unwrap();
    let interfaces = loaded.interfaces.all();
    let interface = interfaces.iter().find(|known| *known.language() == language());
    let report = Report::of(pack, found, interface.unwrap(), &[&version()]);
    (report.to_string(), report.is_complete())
}

#[tokio::test]
async fn the_form_is_in_the_language_of_the_pack_and_its_answers_count() {
    let folder = complete();
    let world = World::speaking(languages::load(folder.path()).unwrap()).await;
    let code = &world.point.code;

    let page = world.get(&format!("/s/{code}")).await;
    let html = String::from_utf8(page.body).unwrap();
    assert!(html.contains(&format!("formaction=\"/qaa/s/{code}\"")), "{html}");
    assert!(html.contains(">Qaa</button>"));

    let page = world.get(&format!("/qaa/s/{code}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let html = String::from_utf8(page.body).unwrap();
    assert!(
        html.starts_with("<!DOCTYPE html><html lang=\"qaa\""),
        "{}",
        &html[..200]
    );
    assert!(html.contains("<h1>[Mời Ông/Bà đánh giá]</h1>"));
    let main = html.split("<main").nth(1).unwrap();
    // Only the name of the unit is Vietnamese.
    assert_eq!(main.matches("lang=\"vi\"").count(), 1, "{main}");
    assert!(!main.contains("class=\"partial\""));

    let mut document = world.document();
    document["language"] = json!("qaa");
    assert_eq!(world.put(new_id(), &document).await.status, StatusCode::CREATED);

    // A language that no pack adds has no page.
    assert_eq!(
        world.get(&format!("/qab/s/{code}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_is_missing_is_vietnamese_marked_and_said() {
    let folder = complete();
    translate(folder.path(), |name, entry| match name {
        "title" => String::new(),
        _ => format!("[{}]", entry.vi),
    });
    write(&folder, "qaa/interface.ftl", "survey-title = [title]\n");
    let world = World::speaking(languages::load(folder.path()).unwrap()).await;
    let page = world.get(&format!("/qaa/s/{}", world.point.code)).await;
    let html = String::from_utf8(page.body).unwrap();
    assert!(html.contains("<h1>[title]</h1>"));
    assert!(html.contains("class=\"partial\"><span lang=\"vi\">Phần chưa dịch"));
    assert!(html.contains("<span lang=\"vi\">Bắt đầu</span>"));
    assert!(html.contains("<strong lang=\"vi\">"));
}

#[tokio::test]
async fn a_script_brings_its_direction_and_its_font() {
    let folder = complete();
    write(
        &folder,
        "qaa/language.toml",
        "name = \"Qaa\"\ndirection = \"rtl\"\nfont = \"font.woff2\"\n",
    );
    write(&folder, "qaa/font.woff2", "a font");
    let world = World::speaking(languages::load(folder.path()).unwrap()).await;
    let page = world.get(&format!("/qaa/s/{}", world.point.code)).await;
    let html = String::from_utf8(page.body).unwrap();
    assert!(
        html.starts_with("<!DOCTYPE html><html lang=\"qaa\" dir=\"rtl\""),
        "{}",
        &html[..200]
    );
    let sheet = address(&html, "/pkg/qaa.", ".css");
    let sheet = world.get(&sheet).await;
    assert_eq!(sheet.header(header::CONTENT_TYPE), "text/css; charset=utf-8");
    assert!(sheet.header(header::CACHE_CONTROL).contains("immutable"));
    let css = String::from_utf8(sheet.body).unwrap();
    let font = world.get(&address(&css, "/pkg/qaa.", ".woff2")).await;
    assert_eq!(
        (font.header(header::CONTENT_TYPE), &*font.body),
        ("font/woff2", &b"a font"[..])
    );
    // A desk device may be asked for any language, so its page brings every font.
    let kiosk = String::from_utf8(world.get("/kiosk/").await.body).unwrap();
    assert!(kiosk.contains(&address(&html, "/pkg/qaa.", ".css")));
    assert!(kiosk.contains("[Bắt đầu]"));
}

fn address(text: &str, begin: &str, end: &str) -> String {
    let from = text.find(begin).unwrap_or_else(|| panic!("no {begin} in {text}"));
    let to = from + text[from..].find(end).unwrap() + end.len();
    text[from..to].to_owned()
}

#[tokio::test]
async fn a_device_gets_texts_and_recordings_and_the_version_stays_as_published() {
    let folder = complete();
    write(&folder, "qaa/voice/interface/kiosk-yes.ogg", "yes");
    let definition = version().definition().clone();
    let spoken = format!("voice/{}/{}/title.mp3", definition.key, definition.version);
    write(&folder, &format!("qaa/{spoken}"), "title");
    write(&folder, "vi/language.toml", "name = \"Tiếng Việt\"\n");
    write(&folder, &format!("vi/{spoken}"), "tên");
    let world = World::speaking(languages::load(folder.path()).unwrap()).await;

    let token = world.device(&world.point).await;
    let request = Request::get("/api/v1/device")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let desk = world.send(request).await.json();
    let published = version();
    let asked = &desk["point"]["questionnaire"];
    assert_eq!(asked["languages"], json!(["vi", "en", "qaa"]));
    let hash = asked["hash"].as_str().unwrap();
    assert!(Version::received(&desk["definitions"][0], hash).is_some());

    let languages = desk["languages"].as_array().unwrap();
    assert_eq!(languages.len(), 2);
    let pack = &languages[0];
    assert_eq!(
        (&pack["language"], &pack["partial"]),
        (&json!("qaa"), &json!(false))
    );
    let title = published.definition().title.get(&Language::vi());
    assert_eq!(
        pack["questionnaires"][0]["texts"]["title"],
        json!(format!("[{title}]"))
    );
    let voice = pack["voices"][format!("[{title}]")].as_str().unwrap();
    let sound = world.get(voice).await;
    assert_eq!(
        (sound.header(header::CONTENT_TYPE), &*sound.body),
        ("audio/mpeg", &b"title"[..])
    );
    assert!(pack["voices"]["[Có]"].is_string());
    // Vietnamese has its texts already, and gets a voice.
    assert!(languages[1]["questionnaires"].as_array().unwrap().is_empty());
    assert!(languages[1]["voices"][title].is_string());
    // Whoever reads only the API learns the same.
    assert_eq!(
        world.get("/api/v1/languages").await.json()["languages"],
        desk["languages"]
    );
}

#[test]
fn a_check_lists_what_is_missing_and_what_is_of_no_use() {
    let folder = complete();
    let (report, complete) = checked(&folder);
    assert!(complete, "{report}");

    translate(folder.path(), |name, entry| match name {
        "title" => String::new(),
        _ => format!("[{}]", entry.vi),
    });
    let file = wording(folder.path());
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replacen(
        '{',
        "{\"titel\":{\"vi\":\"\",\"text\":\"[x]\"},\"section.gone\":{\"text\":\"\"},",
        1,
    );
    fs::write(&file, text).unwrap();
    write(
        &folder,
        "qaa/interface.ftl",
        "survey-nxet = [next]\nsurvey-length = [{ $number }]\n",
    );
    write(&folder, "qaa/voice/interface/kiosk-maybe.ogg", "");
    write(&folder, "qaa/questionnaires/desk-rating/99.json", "{}");
    let (report, complete) = checked(&folder);
    assert!(!complete);
    let definition = version().definition().clone();
    let of = format!("{} {}", definition.key, definition.version);
    for line in [
        "qaa\tinterface, missing\tsurvey-next".to_owned(),
        "qaa\tinterface, unknown\tsurvey-nxet".to_owned(),
        "qaa\tinterface, parameter\tsurvey-length uses $number, which it is not given".to_owned(),
        "qaa\tinterface, recording of no text\tkiosk-maybe".to_owned(),
        format!("qaa\t{of}, missing\ttitle"),
        format!("qaa\t{of}, unknown\ttitel"),
        "qaa\tdesk-rating 99\tnot published here".to_owned(),
    ] {
        assert!(report.lines().any(|known| known == line), "{line}\n{report}");
    }
}

#[test]
fn a_text_whose_vietnamese_changed_is_told() {
    let folder = complete();
    let file = wording(folder.path());
    let title = version().definition().title.get(&Language::vi()).to_owned();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replacen(&format!("\"vi\":\"{title}\""), "\"vi\":\"Tên cũ\"", 1),
    )
    .unwrap();
    let (report, complete) = checked(&folder);
    assert!(!complete);
    assert!(report.contains("Vietnamese changed\ttitle"), "{report}");
}

#[test]
fn a_broken_pack_names_the_file_and_what_to_change() {
    let broken = |path: &str, text: &str| {
        let folder = complete();
        write(&folder, path, text);
        let error = languages::load(folder.path()).err().unwrap();
        format!("{error:#}")
    };
    let error = broken("qaa/interface.ftl", "survey-next = [next]\nsurvey next\n");
    assert!(error.contains("qaa/interface.ftl: line 2"), "{error}");
    let error = broken("qaa/language.toml", "nam = \"Qaa\"\n");
    assert!(
        error.contains("qaa/language.toml") && error.contains("nam"),
        "{error}"
    );
    let error = broken("qaa/voice/interface/kiosk-yes.txt", "");
    assert!(
        error.contains("kiosk-yes.txt: use a file of the kind ogg, opus, mp3, m4a, webm, wav"),
        "{error}"
    );
    let error = broken("english/language.toml", "name = \"English\"\n");
    assert!(
        error.contains("english: name the folder by a language tag"),
        "{error}"
    );
    let error = broken("vi/interface.ftl", "survey-next = Tiếp\n");
    assert!(error.contains("vi/language.toml"), "{error}");
}

#[test]
fn the_texts_of_the_program_are_not_replaced() {
    let folder = complete();
    write(&folder, "vi/language.toml", "name = \"Tiếng Việt\"\n");
    write(&folder, "vi/interface.ftl", "survey-next = Tiếp\n");
    let error = format!("{:#}", languages::load(folder.path()).err().unwrap());
    assert!(error.contains("holds recordings only"), "{error}");
}
