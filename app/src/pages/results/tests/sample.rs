//! A sample of villages: what its intervals follow, and that its tables have every figure of the page.

use domain::method::Selection;
use domain::moments::ClusterMoments;
use domain::questionnaire::Version;
use domain::release::pack_clusters;
use serde_json::json;
use service::results::CellState;

use super::{cell, html, opened, sheet, tally, text};
use crate::i18n::Locale;

/// A sample of two villages, the second of them less content: eighty people who came for their results.
fn sampled(version: &Version) -> CellState {
    let villages = [4, 2].map(|score| {
        let aspects = json!({
            "access": 4, "procedures": score, "officials": 5, "result": score, "punctuality": 5,
        });
        let answers = json!({"overall": score, "aspects": aspects});
        let aspects = json!({"access": 5, "procedures": 5, "result": 4, "punctuality": "no_opinion"});
        let mixed = json!({"overall": 5, "aspects": aspects});
        tally(version, &[(30, answers), (10, mixed)])
    });
    let sums = |node: usize| {
        let [first, second] = villages.each_ref().map(|village| {
            let moments = village.moments(version.layout(), node);
            ClusterMoments::of(&moments)
        });
        first + second
    };
    let clusters: Vec<ClusterMoments> = (0..version.layout().nodes().len()).map(sums).collect();
    let mut all = villages[0].clone();
    all.add(&villages[1]);
    opened(version, &all, pack_clusters(&clusters), Selection::Probability)
}

/// What a page says beside its figures: where villages were drawn, not every interval follows them.
#[test]
fn a_sample_of_villages_says_which_intervals_follow_persons() {
    for (locale, criteria, questions, of_persons) in [
        (
            Locale::Vi,
            "Khoảng tin cậy của từng tiêu chí tính đến: sai số do chọn mẫu người trả lời; khoảng này có thể hẹp hơn \
             thực tế. Riêng",
            "Khoảng tin cậy ở phần này tính đến: sai số do chọn mẫu người trả lời",
            "80 người trả lời). Khoảng này tính đến: sai số do chọn mẫu người trả lời.",
        ),
        (
            Locale::En,
            "The intervals of criteria cover: error from sampling persons; they may be too narrow. Only",
            "The intervals of this section cover: error from sampling persons",
            "80 respondents). The interval covers: error from sampling persons.",
        ),
    ] {
        let page = text(&html(&sheet(locale, sampled)));
        for sentence in [criteria, questions, of_persons] {
            assert!(page.contains(sentence), "{sentence}: {page}");
        }
        // Where persons choose themselves all intervals cover the same.
        let open = text(&html(&sheet(locale, |version| cell(version, 40))));
        for sentence in [criteria, questions, of_persons] {
            assert!(!open.contains(sentence), "{sentence}: {open}");
        }
    }
}

/// The text of each cell of a table's row, the name first.
fn row(html: &str, table: &str, name: &str) -> Vec<String> {
    let (_, rest) = html.rsplit_once(table).unwrap();
    let (rest, _) = rest.split_once("</table>").unwrap();
    let mut rows = rest.split("<tr").map(|row| {
        let cells = row.split("</t").map(text);
        cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    });
    rows.find(|row| row[0].ends_with(name))
        .unwrap_or_else(|| panic!("no row {name}"))
}

#[test]
fn the_tables_have_every_figure_of_the_page() {
    let html = html(&sheet(Locale::Vi, sampled));
    let twin = "Toàn phiếu, khía cạnh, yếu tố và tiêu chí";
    // Mean of criteria and being satisfied with everything stand there with their intervals.
    let result = row(&html, twin, "Kết quả dịch vụ");
    assert!(
        result[6].contains("% (") && result[7].contains("% ("),
        "{result:?}"
    );
    // Twenty had no opinion on being on time.
    let punctuality = row(&html, twin, "Đúng hẹn");
    assert_eq!(punctuality[1], "60");
    assert_eq!(punctuality[8..10], ["20", "0"]);
    let other = "Các câu hỏi khác dưới dạng bảng";
    let overall = row(&html, other, "Tỷ lệ hài lòng");
    assert_eq!(overall[1..5], ["80", "50", "62,50%", "52–72"]);
    let purpose = row(&html, other, "Nhận kết quả");
    assert_eq!(purpose[1..4], ["80", "80", "100,00%"]);
}
