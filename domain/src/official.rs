//! The questionnaires that come with the program, as their files in `data/questionnaires`.

/// SIPAS 2023–2026: 39 criteria.
pub const SIPAS_2023: &str = include_str!("../../data/questionnaires/sipas-2023.json");
/// SIPAS 2022: 33 criteria.
pub const SIPAS_2022: &str = include_str!("../../data/questionnaires/sipas-2022.json");
/// SIPAS 2017–2021: five factors, for importing published results only.
pub const SIPAS_2017: &str = include_str!("../../data/questionnaires/sipas-2017.json");
/// The desk rating of about one minute, version 1.
pub const DESK_RATING_1: &str = include_str!("../../data/questionnaires/desk-rating-1.json");

/// Every file with its name, the newest version of an instrument first.
pub const FILES: [(&str, &str); 4] = [
    ("sipas-2023.json", SIPAS_2023),
    ("sipas-2022.json", SIPAS_2022),
    ("sipas-2017.json", SIPAS_2017),
    ("desk-rating-1.json", DESK_RATING_1),
];
