//! Results through the router, with a small demo.

use axum::http::{StatusCode, header};
use service::demo::Plan;
use time::macros::date;

use crate::world::World;

#[tokio::test]
async fn the_public_picture_of_a_demo() {
    let world = World::empty().await;
    let service = &world.service;
    service.load_shipped().await.expect("units and questionnaires");
    let plan = Plan::small(date!(2026 - 11 - 20));
    service.fill_demo(plan, &mut |_, _| ()).await.expect("a demo");
    service.release_all().await.expect("a release");
    let (units, day) = (service.units(), service.today());
    let get = async |path: String| {
        let page = world.get(&path).await;
        (page.status, page.headers, page.html)
    };

    // The country, in both languages, says its sentence and that it is a demo.
    let (status, _, vi) = get("/results".to_owned()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(vi.contains("Chỉ số hài lòng ") && vi.contains("Dữ liệu mô phỏng."));
    assert!(!vi.contains(" style=") && !vi.contains("<script"));
    let (_, _, en) = get("/en/results?order=weakest&below=weakest".to_owned()).await;
    assert!(en.contains("Satisfaction index ") && en.contains("weakest first"));

    // A roll-up beside the headline says that its interval is a bound, and what it covers.
    let (_, _, survey) = get("/results?campaign=demo-sipas".to_owned()).await;
    assert!(survey.contains("khoảng tin cậy 95% rộng nhất là"), "{survey}");
    assert!(survey.contains("sai số do chọn mẫu địa bàn và người trả lời"));

    // Each campaign has its own page, never a sum of both.
    for key in ["demo-desk", "demo-sipas"] {
        assert!(vi.contains(&format!("campaign={key}")), "{key}");
    }

    // A unit by its address, by its code and by an earlier name of its address.
    let province = units.by_code("82", day).expect("Đồng Tháp").unit.id;
    let address = units.address(province, day).expect("an address");
    let (status, _, html) = get(format!("/results/{address}")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Đồng Tháp") && html.contains("id=\"below\""));
    let short = address.rsplit('-').next().expect("a short id");
    for other in [short.to_owned(), format!("ten-cu-{short}")] {
        let (status, headers, _) = get(format!("/en/results/{other}?period=2026")).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(
            headers[header::LOCATION],
            format!("/en/results/{address}?period=2026")
        );
    }
    // Since 2025 the code of Tiền Giang is Đồng Tháp's.
    let (status, _, html) = get("/results/82".to_owned()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Tiền Giang") && html.contains("Đồng Tháp"));

    // A unit that ended leads to what it became.
    let ended = units
        .meanings_of_code("82")
        .into_iter()
        .find(|unit| unit.unit.id != province);
    let ended = ended.expect("Tiền Giang").unit.id;
    let (_, _, html) = get(format!(
        "/results/{}",
        units.address(ended, day).expect("an address")
    ))
    .await;
    assert!(html.contains("Địa bàn nay thuộc") && html.contains(&address));

    // Search: an old name says that it led there.
    let (_, _, html) = get("/results?q=tien+giang".to_owned()).await;
    assert!(html.contains("Tiền Giang") && html.contains(&address));
    let (_, _, html) = get("/en/results?q=zzzzqqqq".to_owned()).await;
    assert!(html.contains("No unit matches"));

    // Files.
    let (status, headers, csv) = get(format!("/results/{address}.csv")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let below = units.children_on(province, day).count();
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let ids: std::collections::BTreeSet<String> = reader
        .records()
        .map(|row| row.expect("a row")[0].to_owned())
        .collect();
    assert_eq!(ids.len(), below + 1);
    let (_, headers, _) = get(format!("/results/{address}.json?channel=desk")).await;
    let to = headers[header::LOCATION].to_str().expect("text");
    assert!(to.starts_with(&format!("/api/v1/indicators?unit={address}&campaign=")));
    assert!(to.ends_with("&channel=desk&children=code&limit=200"));

    // That is all of them: no unit has more below it than the API lists at once.
    let most = units
        .units()
        .iter()
        .map(|unit| units.children_on(unit.id, day).count());
    assert!(most.max().expect("units") <= 200);

    // The country has files like any other unit.
    let (status, headers, csv) = get("/en/results.csv?campaign=demo-desk".to_owned()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert!(csv.contains("Viet Nam") && csv.contains("Dong Thap"));
    let (status, headers, _) = get("/results.json?campaign=demo-desk".to_owned()).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let country = units.country(day).expect("the country").unit.id;
    let country = units.address(country, day).expect("an address");
    let to = headers[header::LOCATION].to_str().expect("text");
    assert_eq!(
        to,
        format!("/api/v1/indicators?unit={country}&campaign=demo-desk&children=code&limit=200")
    );

    // What is not there, and what cannot be read.
    for (path, expected) in [
        ("/results/khong-co", StatusCode::NOT_FOUND),
        ("/results?campaign=none", StatusCode::NOT_FOUND),
        ("/results?period=2026-13", StatusCode::BAD_REQUEST),
        ("/en/about/method", StatusCode::OK),
    ] {
        assert_eq!(get(path.to_owned()).await.0, expected, "{path}");
    }
}
