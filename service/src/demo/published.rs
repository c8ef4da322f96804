//! The demo beside what it imitates: the national figures that were published for 2024.

use domain::layout::NodeKind;
use domain::ratio::Ratio;

use crate::Service;
use crate::error::ServiceError;
use crate::results::ResultsQuery;

/// A published figure of SIPAS 2024, in hundredths of a percent, and how near the demo comes to it.
struct Published {
    kind: NodeKind,
    /// Empty for the whole.
    id: &'static str,
    share: i64,
    /// Hundredths of a point.
    within: i64,
}

/// Whole and parts as announced by the ministry; of the factors, the one whose figure was reported.
const PUBLISHED: [Published; 4] = [
    Published {
        kind: NodeKind::Whole,
        id: "",
        share: 8394,
        within: 30,
    },
    Published {
        kind: NodeKind::Part,
        id: "policy",
        share: 8384,
        within: 30,
    },
    Published {
        kind: NodeKind::Part,
        id: "service",
        share: 8409,
        within: 30,
    },
    Published {
        kind: NodeKind::Factor,
        id: "access",
        share: 8427,
        within: 100,
    },
];

/// A national figure of the demo's resident survey beside the published one.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// The part or factor; empty for the whole.
    pub id: &'static str,
    pub published: Ratio,
    /// None where the demo's survey shows no figure.
    pub made: Option<Ratio>,
    /// How far it may be from the published one, in hundredths of a point.
    pub within: i64,
}

impl Beside {
    /// Whether the demo imitates the figure as closely as it means to. A small demo need not.
    pub fn is_near(&self) -> bool {
        self.made
            .is_some_and(|made| made.points_above(self.published, 2).scaled().abs() <= self.within)
    }
}

impl Service {
    /// The national figures of the demo's resident survey beside those published for 2024.
    pub async fn demo_beside_published(&self) -> Result<Vec<Beside>, ServiceError> {
        let campaign = self.campaign_by_key("demo-sipas")?;
        let units = self.units();
        let country = units
            .country(self.today())
            .ok_or(ServiceError::NotFound("unit"))?;
        let query = ResultsQuery {
            unit: country.unit.id,
            campaign: campaign.id,
            version: None,
            period: None,
            channel: None,
            children: None,
        };
        let results = self.results(&query).await?;
        let nodes = results.cell.figures().map(|figures| figures.nodes.as_slice());
        Ok(PUBLISHED
            .iter()
            .filter_map(|known| {
                let made = nodes.unwrap_or_default().iter();
                let made = made
                    .filter(|node| node.kind == known.kind && node.id == known.id)
                    .find_map(|node| node.share);
                Some(Beside {
                    id: known.id,
                    published: Ratio::new(known.share, 10_000)?,
                    made: made.map(|share| share.estimate.ratio),
                    within: known.within,
                })
            })
            .collect())
    }
}
