//! A response as a line of a table: one column an item of the version.

use domain::questionnaire::Version;
use serde_json::Value;

const FIXED: [&str; 9] = [
    "served_at",
    "handled_by",
    "channel",
    "mode",
    "language",
    "answered_on",
    "duration_s",
    "status",
    "reason",
];

pub(super) struct Table {
    /// `question` or `question.row`, in printed order.
    items: Vec<String>,
}

impl Table {
    pub(super) fn of(version: &Version) -> Self {
        Self {
            items: version
                .layout()
                .items()
                .iter()
                .map(|item| item.path.clone())
                .collect(),
        }
    }

    pub(super) fn header(&self) -> impl Iterator<Item = &str> {
        FIXED.into_iter().chain(self.items.iter().map(String::as_str))
    }

    /// The cells of a response, empty where nothing was answered.
    pub(super) fn record(&self, row: &Value) -> Vec<String> {
        let fixed = FIXED.iter().map(|name| text(&row[*name]));
        let items = self.items.iter().map(|path| {
            let given = ["respondent", "answers"]
                .iter()
                .find_map(|part| find(&row[*part], path));
            given.map_or_else(String::new, text)
        });
        fixed.chain(items).collect()
    }
}

fn find<'a>(answers: &'a Value, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((question, row)) => answers.get(question)?.get(row),
        None => answers.get(path),
    }
}

/// An answer as text; several options stand with spaces between them.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(several) => several.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_stand_under_their_items() {
        let table = Table {
            items: ["purpose", "rate.seats", "rate.polite", "reasons"]
                .map(str::to_owned)
                .to_vec(),
        };
        let row = json!({
            "served_at": "29954", "duration_s": 30, "reason": null,
            "respondent": {"purpose": "ask"},
            "answers": {"rate": {"seats": 5, "polite": "no_opinion"}, "reasons": ["slow", "crowded"]},
        });
        let record = table.record(&row);
        assert_eq!(record.len(), table.header().count());
        assert_eq!(
            (record[0].as_str(), record[6].as_str(), record[8].as_str()),
            ("29954", "30", "")
        );
        assert_eq!(record[9..], ["ask", "5", "no_opinion", "slow crowded"]);
    }
}
