//! Kinds and levels of units, with the names that the official lists use.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a unit stands in the tree. It never changes while the unit lives: a district that becomes a
/// commune-level zone is a new unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitLevel {
    Country,
    Province,
    /// Abolished on 01/07/2025 (203/2025/QH15).
    District,
    Commune,
    /// Below or beside the official levels: a department, a service centre, a point, a counter.
    Office,
}

impl UnitLevel {
    /// The word used in files and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
            Self::Office => "office",
        }
    }
}

/// What a unit is called officially at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    Country,
    /// Tỉnh.
    Province,
    /// Thành phố trực thuộc trung ương.
    City,
    /// Huyện, until 30/06/2025.
    Huyen,
    /// Quận, until 30/06/2025.
    Quan,
    /// Thị xã, until 30/06/2025.
    ThiXa,
    /// Thành phố thuộc tỉnh, until 30/06/2025.
    ThanhPho,
    Xa,
    Phuong,
    /// Thị trấn, until 30/06/2025.
    ThiTran,
    /// Đặc khu, since 01/07/2025.
    DacKhu,
    /// Sở, ban, ngành.
    Department,
    /// Trung tâm phục vụ hành chính công.
    ServiceCenter,
    /// Điểm phục vụ hành chính công.
    ServicePoint,
    /// Quầy.
    Counter,
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown kind of unit: {0}")]
pub struct UnknownKind(pub String);

/// Kind, word in files, prefix of the official name, Vietnamese and English word.
const KINDS: [(UnitKind, &str, Option<&str>, &str, &str); 15] = [
    (UnitKind::Country, "country", None, "Quốc gia", "Country"),
    (UnitKind::Province, "province", Some("Tỉnh"), "Tỉnh", "Province"),
    (
        UnitKind::City,
        "city",
        Some("Thành phố"),
        "Thành phố trực thuộc trung ương",
        "Centrally run city",
    ),
    (UnitKind::Huyen, "huyen", Some("Huyện"), "Huyện", "Rural district"),
    (UnitKind::Quan, "quan", Some("Quận"), "Quận", "Urban district"),
    (UnitKind::ThiXa, "thi_xa", Some("Thị xã"), "Thị xã", "Town"),
    (
        UnitKind::ThanhPho,
        "thanh_pho",
        Some("Thành phố"),
        "Thành phố thuộc tỉnh",
        "Provincial city",
    ),
    (UnitKind::Xa, "xa", Some("Xã"), "Xã", "Commune"),
    (UnitKind::Phuong, "phuong", Some("Phường"), "Phường", "Ward"),
    (
        UnitKind::ThiTran,
        "thi_tran",
        Some("Thị trấn"),
        "Thị trấn",
        "Township",
    ),
    (
        UnitKind::DacKhu,
        "dac_khu",
        Some("Đặc khu"),
        "Đặc khu",
        "Special zone",
    ),
    (
        UnitKind::Department,
        "department",
        None,
        "Sở, ban, ngành",
        "Department",
    ),
    (
        UnitKind::ServiceCenter,
        "service_center",
        None,
        "Trung tâm phục vụ hành chính công",
        "Public service centre",
    ),
    (
        UnitKind::ServicePoint,
        "service_point",
        None,
        "Điểm phục vụ hành chính công",
        "Public service point",
    ),
    (UnitKind::Counter, "counter", None, "Quầy", "Counter"),
];

impl UnitKind {
    /// Every kind, from the country down.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|row| row.0)
    }

    fn row(
        self,
    ) -> &'static (
        Self,
        &'static str,
        Option<&'static str>,
        &'static str,
        &'static str,
    ) {
        // `KINDS` lists the variants in their order; a test holds it to that.
        &KINDS[self as usize]
    }

    /// The word used in files and in the API.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The kind that `code` names.
    pub fn from_code(code: &str) -> Result<Self, UnknownKind> {
        let row = KINDS.iter().find(|row| row.1 == code);
        row.map(|row| row.0).ok_or_else(|| UnknownKind(code.to_owned()))
    }

    /// The words with which an official Vietnamese name of this kind begins.
    pub fn name_prefix(self) -> Option<&'static str> {
        self.row().2
    }

    /// What the kind is called in Vietnamese.
    pub fn vi(self) -> &'static str {
        self.row().3
    }

    /// What the kind is called in English.
    pub fn en(self) -> &'static str {
        self.row().4
    }

    /// The level on which units of this kind stand.
    pub const fn level(self) -> UnitLevel {
        match self {
            Self::Country => UnitLevel::Country,
            Self::Province | Self::City => UnitLevel::Province,
            Self::Huyen | Self::Quan | Self::ThiXa | Self::ThanhPho => UnitLevel::District,
            Self::Xa | Self::Phuong | Self::ThiTran | Self::DacKhu => UnitLevel::Commune,
            Self::Department | Self::ServiceCenter | Self::ServicePoint | Self::Counter => UnitLevel::Office,
        }
    }

    /// Whether units of this kind are in the official list of administrative units.
    pub const fn is_official(self) -> bool {
        !matches!(self.level(), UnitLevel::Office)
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, row) in KINDS.iter().enumerate() {
            assert_eq!(row.0 as usize, index, "{}", row.1);
            assert_eq!(UnitKind::from_code(row.0.code()), Ok(row.0));
        }
        assert_eq!(UnitKind::from_code("ward"), Err(UnknownKind("ward".to_owned())));
    }
}
