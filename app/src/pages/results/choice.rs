//! What a reader has chosen to see: all of it stands in the address, so that every view can be sent on.

use std::fmt::Write as _;

use domain::channel::ChannelClass;
use domain::period::Period;
use serde::Deserialize;
use service::results::ChildOrder;

use crate::error::{AppError, ErrorCode};

/// How many units below stand on one page.
pub(crate) const PAGE: usize = 50;

/// The query as it came.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// What to find, on `/results`.
    pub(crate) q: Option<String>,
    campaign: Option<String>,
    questionnaire: Option<String>,
    period: Option<String>,
    channel: Option<String>,
    order: Option<String>,
    below: Option<String>,
    find: Option<String>,
    page: Option<String>,
}

/// The query as understood. What is not chosen is left to the service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Choice {
    /// The key of a campaign.
    pub(crate) campaign: Option<String>,
    /// A version that the campaign asks, such as `desk-rating/2`; none: the newest with figures.
    pub(crate) questionnaire: Option<String>,
    pub(crate) period: Option<Period>,
    /// None: all channels of the campaign together.
    pub(crate) channel: Option<ChannelClass>,
    /// Factors and criteria with the lowest share first, instead of as printed.
    pub(crate) weakest: bool,
    /// The order of the units below.
    pub(crate) below: ChildOrder,
    /// Keeps the units below whose name or code has this in it.
    pub(crate) find: String,
    /// Pages of the units below that were turned.
    pub(crate) turned: usize,
}

impl Choice {
    /// Reads a query. A form sends empty fields for what was not chosen.
    pub(crate) fn of(asked: &Asked) -> Result<Self, AppError> {
        let wrong = || AppError::new(ErrorCode::BadRequest);
        let below = match given(asked.below.as_deref()) {
            None | Some("code") => ChildOrder::Code,
            Some("name") => ChildOrder::Name,
            Some("weakest") => ChildOrder::WeakestFirst,
            Some(_) => return Err(wrong()),
        };
        let period = given(asked.period.as_deref()).map(str::parse).transpose();
        let channel = given(asked.channel.as_deref()).map(str::parse).transpose();
        let page = given(asked.page.as_deref()).map(str::parse::<usize>).transpose();
        Ok(Self {
            campaign: given(asked.campaign.as_deref()).map(str::to_owned),
            questionnaire: given(asked.questionnaire.as_deref()).map(str::to_owned),
            period: period.map_err(|_| wrong())?,
            channel: channel.map_err(|()| wrong())?,
            weakest: given(asked.order.as_deref()) == Some("weakest"),
            below,
            find: given(asked.find.as_deref()).unwrap_or_default().to_owned(),
            turned: page.map_err(|_| wrong())?.unwrap_or(1).saturating_sub(1),
        })
    }

    /// The fields that differ from what one sees without choosing, in a fixed order.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let below = match self.below {
            ChildOrder::Code => None,
            ChildOrder::Name => Some("name"),
            ChildOrder::WeakestFirst => Some("weakest"),
        };
        let fields = [
            ("campaign", self.campaign.clone()),
            ("questionnaire", self.questionnaire.clone()),
            ("period", self.period.map(|period| period.to_string())),
            ("channel", self.channel.map(|channel| channel.as_str().to_owned())),
            ("order", self.weakest.then(|| "weakest".to_owned())),
            ("below", below.map(str::to_owned)),
            ("find", (!self.find.is_empty()).then(|| self.find.clone())),
            ("page", (self.turned > 0).then(|| (self.turned + 1).to_string())),
        ];
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// The address of `path` with this choice.
    pub(crate) fn href(&self, path: &str) -> String {
        with_query(path, &self.fields())
    }

    /// The same for another unit: the search among units below and its page stay behind.
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            find: String::new(),
            turned: 0,
            ..self.clone()
        }
    }
}

fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

/// A path with a query; without `?` when there are no fields.
pub(crate) fn with_query(path: &str, fields: &[(&'static str, String)]) -> String {
    let mut address = path.to_owned();
    for (at, (name, value)) in fields.iter().enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    address.push(byte.into());
                }
                _ => {
                    // Writing to a string cannot fail.
                    let _ = write!(address, "%{byte:02X}");
                }
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_stays_in_the_address() {
        let asked = Asked {
            campaign: Some("desk-2026".to_owned()),
            questionnaire: Some("desk-rating/2".to_owned()),
            period: Some("2026-Q4".to_owned()),
            channel: Some(String::new()),
            order: Some("weakest".to_owned()),
            below: Some("name".to_owned()),
            find: Some(" Hồng ".to_owned()),
            page: Some("2".to_owned()),
            q: None,
        };
        let choice = Choice::of(&asked).unwrap();
        assert_eq!(
            choice.href("/results"),
            "/results?campaign=desk-2026&questionnaire=desk-rating%2F2&period=2026-Q4&order=weakest&below=name\
             &find=H%E1%BB%93ng&page=2"
        );
        assert_eq!(Choice::default().href("/results"), "/results");
        assert_eq!(choice.elsewhere().fields().len(), 5);
    }

    #[test]
    fn what_is_no_period_or_channel_is_refused() {
        for asked in [
            Asked {
                period: Some("2026-13".to_owned()),
                ..Asked::default()
            },
            Asked {
                channel: Some("pigeon".to_owned()),
                ..Asked::default()
            },
            Asked {
                page: Some("-1".to_owned()),
                ..Asked::default()
            },
            Asked {
                below: Some("x".to_owned()),
                ..Asked::default()
            },
        ] {
            assert!(Choice::of(&asked).is_err());
        }
    }
}
