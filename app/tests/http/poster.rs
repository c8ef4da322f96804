//! What leads a phone to a desk: the poster and its code.

use axum::http::{StatusCode, header};

use crate::world::World;

#[tokio::test]
async fn a_poster_says_where_it_leads_in_both_languages() {
    let world = World::new().await;
    let code = world.desk(None, false).await;
    let (first, second) = code.split_at(4);
    for (path, language) in [
        (format!("/s/{code}/poster"), "vi"),
        (format!("/en/s/{code}/poster?paper=a5"), "en"),
    ] {
        let page = world.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            page.html.contains(&format!("<html lang=\"{language}\"")),
            "{path}"
        );
        for text in [
            "Phường Hồng Ngự",
            "Hong Ngu Ward",
            "Quầy 3",
            "Mời Ông/Bà đánh giá",
            "nghedan.example.vn/s",
            &format!("{first} {second}"),
        ] {
            assert!(page.html.contains(text), "{path}: {text}");
        }
    }
}

#[tokio::test]
async fn the_code_is_a_drawing_and_a_picture_of_the_same_modules() {
    let world = World::new().await;
    let code = world.desk(None, false).await;
    let drawing = world.get(&format!("/s/{code}/qr.svg")).await;
    assert_eq!(drawing.headers[header::CONTENT_TYPE], "image/svg+xml");
    let poster = world.get(&format!("/s/{code}/poster")).await;
    let path = drawing
        .html
        .rsplit("d=\"")
        .next()
        .and_then(|rest| rest.split('"').next())
        .expect("a path");
    assert!(poster.html.contains(path), "the poster shows the same code");

    let picture = world.get(&format!("/s/{code}/qr.png")).await;
    assert_eq!(picture.headers[header::CONTENT_TYPE], "image/png");
    assert_eq!(
        read(&picture.bytes),
        format!("https://nghedan.example.vn/s/{code}")
    );
}

/// What a phone finds in a picture.
fn read(file: &[u8]) -> String {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a picture");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    let side = usize::try_from(info.width).expect("a width");
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    picture.detect_grids()[0].decode().expect("a readable code").1
}

#[tokio::test]
async fn a_code_that_no_point_has_has_no_poster() {
    let world = World::new().await;
    world.desk(None, false).await;
    for path in ["/s/ABCD2345/poster", "/s/ABCD2345/qr.svg", "/s/x/qr.png"] {
        assert_eq!(world.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
