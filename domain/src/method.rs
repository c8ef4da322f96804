//! Methods: which rules made a figure, where they come from, and what its interval covers.
//!
//! A questionnaire version names its method by id, and the method travels with every figure, so that nobody
//! has to guess what "83.94" means. The operative text of Quyết định 1001/QĐ-BNV and 2640/QĐ-BNV could not be
//! read; each method says in its note what is known and what was inferred.

use serde::{Deserialize, Serialize};

/// A text in the two languages of every figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bilingual {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

/// How the criteria of a node become one figure. Both are always computed, and the name is printed with the
/// figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollup {
    /// Satisfied answers over all answers: a criterion that fewer people answer weighs less.
    PooledAnswers,
    /// The plain mean of the criteria's shares; exists only if every criterion has enough respondents.
    MeanOfCriteria,
}

impl Rollup {
    /// The name printed with the figure.
    pub fn name(self) -> Bilingual {
        match self {
            Self::PooledAnswers => Bilingual {
                vi: "gộp các lượt đánh giá",
                en: "pooled answers",
            },
            Self::MeanOfCriteria => Bilingual {
                vi: "trung bình các tiêu chí",
                en: "mean of criteria",
            },
        }
    }
}

/// How the respondents of a campaign were found. It decides what may be said, and is printed beside every
/// figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// A drawn sample.
    Probability,
    /// All persons served in a period were invited, and the returns are counted.
    CensusOfServed,
    /// Whoever answers.
    Open,
}

impl Selection {
    /// The sentence or phrase printed beside the figure.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Probability => Bilingual {
                vi: "mẫu ngẫu nhiên",
                en: "random sample",
            },
            Self::CensusOfServed => Bilingual {
                vi: "mời tất cả người đã được phục vụ",
                en: "everyone served was invited",
            },
            Self::Open => Bilingual {
                vi: "Kết quả từ người tự nguyện trả lời; không đại diện cho mọi người dân",
                en: "Result from people who chose to answer; it does not represent all citizens",
            },
        }
    }
}

/// What a variance takes to be drawn at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplingUnit {
    /// Respondents.
    Person,
    /// Sampling clusters, such as villages.
    Cluster,
    /// The respondents of one point on one day.
    PointDay,
}

/// What the interval of a figure accounts for, and so what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// Which persons were drawn.
    SamplingOfPersons,
    /// Which clusters were drawn, and who in them.
    SamplingOfClusters,
    /// Who of those invited happened to answer, but not that those who did not may think otherwise.
    ChanceAmongReturns,
    /// Only chance: that people chose themselves to answer is not in it.
    ChanceWithoutSelfSelection,
}

impl Covers {
    /// What an interval covers, from how respondents were found and what its variance took to be drawn.
    pub fn of(selection: Selection, unit: SamplingUnit) -> Self {
        match (selection, unit) {
            (Selection::Open, _) => Self::ChanceWithoutSelfSelection,
            (Selection::CensusOfServed, _) => Self::ChanceAmongReturns,
            (Selection::Probability, SamplingUnit::Person) => Self::SamplingOfPersons,
            (Selection::Probability, SamplingUnit::Cluster | SamplingUnit::PointDay) => {
                Self::SamplingOfClusters
            }
        }
    }

    /// The label printed with the interval.
    pub fn label(self) -> Bilingual {
        match self {
            Self::SamplingOfPersons => Bilingual {
                vi: "sai số do chọn mẫu người trả lời",
                en: "error from sampling persons",
            },
            Self::SamplingOfClusters => Bilingual {
                vi: "sai số do chọn mẫu địa bàn và người trả lời",
                en: "error from sampling clusters and persons",
            },
            Self::ChanceAmongReturns => Bilingual {
                vi: "dao động ngẫu nhiên, chưa kể người được mời mà không trả lời",
                en: "random fluctuation, without those invited who did not answer",
            },
            Self::ChanceWithoutSelfSelection => Bilingual {
                vi: "dao động ngẫu nhiên, chưa kể người trả lời tự chọn",
                en: "random fluctuation, without the self-selection of respondents",
            },
        }
    }
}

/// The rules that turn the answers to a questionnaire into figures.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Method {
    /// Stable identifier, named by questionnaires: `sipas-1001`.
    pub id: &'static str,
    /// Version of the rules as implemented; raised when a figure would come out differently, from the first release of the
    /// program on. Until then nobody has a figure to compare with.
    pub version: u32,
    /// Name printed with the figure.
    pub name: Bilingual,
    /// The document behind it.
    pub source: Bilingual,
    /// What is known about the rules and what was inferred.
    pub note: Bilingual,
    /// The roll-up that is the headline figure.
    pub rollup: Rollup,
    /// Whether answers of people who chose themselves to answer may enter it.
    pub accepts_open: bool,
}

/// Every method, by the generation of its questionnaire.
pub const METHODS: &[Method] = &[
    Method {
        id: "sipas-2640",
        version: 1,
        name: Bilingual {
            vi: "SIPAS 2017–2021",
            en: "SIPAS 2017–2021",
        },
        source: Bilingual {
            vi: "Quyết định 2640/QĐ-BNV ngày 10/10/2017 của Bộ Nội vụ",
            en: "Decision 2640/QĐ-BNV of 10 October 2017, Ministry of Home Affairs",
        },
        note: Bilingual {
            vi: "Chỉ dùng để nhập kết quả đã công bố; chưa đọc được công thức chính thức.",
            en: "For importing published results only; the official formula could not be read.",
        },
        rollup: Rollup::PooledAnswers,
        accepts_open: false,
    },
    Method {
        id: "sipas-2022",
        version: 1,
        name: Bilingual {
            vi: "SIPAS 2022",
            en: "SIPAS 2022",
        },
        source: Bilingual {
            vi: "Phiếu khảo sát SIPAS 2022 của Bộ Nội vụ",
            en: "SIPAS 2022 questionnaire, Ministry of Home Affairs",
        },
        note: Bilingual {
            vi: "Chưa đọc được công thức chính thức; tỷ lệ hài lòng tính từ mức 4 và 5 trên 5.",
            en: "The official formula could not be read; satisfied means 4 and 5 of 5.",
        },
        rollup: Rollup::PooledAnswers,
        accepts_open: false,
    },
    Method {
        id: "sipas-1001",
        version: 1,
        name: Bilingual {
            vi: "SIPAS 2023–2026",
            en: "SIPAS 2023–2026",
        },
        source: Bilingual {
            vi: "Quyết định 1001/QĐ-BNV ngày 11/12/2023 của Bộ Nội vụ (giai đoạn 2023–2026)",
            en: "Decision 1001/QĐ-BNV of 11 December 2023, Ministry of Home Affairs (2023–2026)",
        },
        note: Bilingual {
            vi: "Chưa đọc được công thức chính thức; tính cả hai cách gộp, phù hợp với số liệu đã công bố năm 2024.",
            en: "The official formula could not be read; both roll-ups are computed and fit the figures published \
                 for 2024.",
        },
        rollup: Rollup::PooledAnswers,
        accepts_open: false,
    },
    Method {
        id: "desk-rating-1",
        version: 1,
        name: Bilingual {
            vi: "Đánh giá nhanh tại nơi phục vụ",
            en: "One-minute desk rating",
        },
        source: Bilingual {
            vi: "Phiếu đánh giá nhanh của Nghe Dân, không phải chỉ số SIPAS",
            en: "Nghe Dân's own desk rating; not the SIPAS index",
        },
        note: Bilingual {
            vi: "Mỗi người đánh giá lần phục vụ của chính mình; không gộp với SIPAS.",
            en: "Each person rates their own visit; never pooled with SIPAS.",
        },
        rollup: Rollup::PooledAnswers,
        accepts_open: true,
    },
];

impl Method {
    /// The method with this id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.id == id)
    }

    /// Whether answers found in this way may enter the figures of the method. The SIPAS index never takes
    /// answers from open points.
    pub fn accepts(&self, selection: Selection) -> bool {
        self.accepts_open || selection != Selection::Open
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_found() {
        let ids: HashSet<_> = METHODS.iter().map(|method| method.id).collect();
        assert_eq!(ids.len(), METHODS.len());
        assert_eq!(
            Method::by_id("sipas-1001").map(|method| method.rollup),
            Some(Rollup::PooledAnswers)
        );
        assert!(Method::by_id("sipas").is_none());
    }

    #[test]
    fn the_index_takes_no_answers_from_open_points() {
        for method in METHODS.iter().filter(|method| method.id.starts_with("sipas")) {
            assert!(!method.accepts(Selection::Open), "{}", method.id);
            assert!(method.accepts(Selection::Probability) && method.accepts(Selection::CensusOfServed));
        }
    }

    #[test]
    fn an_open_interval_always_says_so() {
        for unit in [
            SamplingUnit::Person,
            SamplingUnit::Cluster,
            SamplingUnit::PointDay,
        ] {
            let label = Covers::of(Selection::Open, unit).label();
            assert_eq!(label.vi, "dao động ngẫu nhiên, chưa kể người trả lời tự chọn");
        }
    }

    #[test]
    fn is_written_as_its_code() {
        let written = serde_json::to_string(&Selection::CensusOfServed).unwrap();
        assert_eq!(written, r#""census_of_served""#);
    }
}
