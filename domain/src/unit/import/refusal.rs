//! Why a row is refused, in a stable code and in words.

use std::fmt;

/// What is wrong. The code never changes its meaning; programs may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// A required column is not in the header; the value names it.
    HeaderMissing,
    /// The header has a column that we do not know.
    HeaderUnknown,
    /// The header has a column twice.
    HeaderRepeated,
    /// The row has more or fewer fields than the header; the value is "found/expected".
    RowColumns,
    /// A required field is empty; the value names it.
    Missing,
    CodeForm,
    /// Two, three or five digits are left to the official list.
    CodeOfficial,
    /// Another unit, named by the value, bears the code in that time.
    CodeTaken,
    /// Two units of the file bear the code at one time.
    CodeRepeated,
    NameLong,
    KindUnknown,
    /// The kind is one of the official list, which is not imported here.
    KindOfficial,
    /// No unit bears the code on the first day of the row.
    ParentUnknown,
    /// The parent ends, on the day given, before the row does.
    ParentEnded,
    /// Nothing stands below a counter.
    ParentKind,
    /// The unit would stand below itself.
    ParentLoop,
    DateForm,
    /// The end is not after the beginning.
    DatesOrder,
    /// Two facts of one unit hold on the same day.
    FactsOverlap,
    /// The unit is known with another fact that begins on this day.
    FactsDiffer,
}

impl RefusalCode {
    /// The code, the English and the Vietnamese sentence; `{}` stands for the value.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::HeaderMissing => ("header.missing", "the column {} is missing", "thiếu cột {}"),
            Self::HeaderUnknown => (
                "header.unknown",
                "the column {} is not known",
                "không có cột nào tên {}",
            ),
            Self::HeaderRepeated => (
                "header.repeated",
                "the column {} stands twice",
                "cột {} xuất hiện hai lần",
            ),
            Self::RowColumns => (
                "row.columns",
                "the row has another number of fields than the header ({})",
                "số ô của dòng khác với dòng tiêu đề ({})",
            ),
            Self::Missing => ("field.missing", "{} is empty", "{} còn trống"),
            Self::CodeForm => (
                "code.form",
                "the code {} has other characters than letters, digits, dot, dash and underscore, or more than 35",
                "mã {} có ký tự ngoài chữ không dấu, số, dấu chấm, gạch ngang, gạch dưới, hoặc dài quá 35 ký tự",
            ),
            Self::CodeOfficial => (
                "code.official",
                "the code {} has the form of an official code; up to five digits are left to the official list",
                "mã {} có dạng mã đơn vị hành chính; mã toàn số không quá năm chữ số dành cho danh mục chính thức",
            ),
            Self::CodeTaken => (
                "code.taken",
                "the code belongs to {} at that time",
                "trong thời gian đó mã này thuộc về {}",
            ),
            Self::CodeRepeated => (
                "code.repeated",
                "the code {} stands for two units of the file at one time",
                "mã {} chỉ hai đơn vị của tệp trong cùng thời gian",
            ),
            Self::NameLong => (
                "name.long",
                "the name is longer than {} characters",
                "tên dài quá {} ký tự",
            ),
            Self::KindUnknown => (
                "kind.unknown",
                "{} is no kind: department, service_center, service_point or counter",
                "{} không phải là loại đơn vị: department, service_center, service_point hoặc counter",
            ),
            Self::KindOfficial => (
                "kind.official",
                "units of the kind {} come from the official list and are not imported",
                "đơn vị loại {} lấy từ danh mục chính thức, không nhập từ tệp",
            ),
            Self::ParentUnknown => (
                "parent.unknown",
                "no unit bears the code {} on the first day of the row",
                "không có đơn vị nào mang mã {} vào ngày bắt đầu của dòng",
            ),
            Self::ParentEnded => (
                "parent.ended",
                "the unit above ends on {}: end the row then and begin another under its successor",
                "đơn vị cấp trên kết thúc ngày {}: kết thúc dòng vào ngày đó và thêm dòng mới thuộc đơn vị kế tiếp",
            ),
            Self::ParentKind => (
                "parent.kind",
                "{} is a counter, and nothing stands below a counter",
                "{} là quầy, dưới quầy không có đơn vị nào",
            ),
            Self::ParentLoop => (
                "parent.loop",
                "through {} the unit would stand below itself",
                "qua {} đơn vị sẽ thuộc chính nó",
            ),
            Self::DateForm => (
                "date.form",
                "{} is no date: dd/mm/yyyy or yyyy-mm-dd",
                "{} không phải là ngày: dd/mm/yyyy hoặc yyyy-mm-dd",
            ),
            Self::DatesOrder => (
                "dates.order",
                "the end {} is not after the beginning",
                "ngày kết thúc {} không sau ngày bắt đầu",
            ),
            Self::FactsOverlap => (
                "facts.overlap",
                "two rows of the unit {} hold on the same day",
                "hai dòng của đơn vị {} cùng có hiệu lực trong một ngày",
            ),
            Self::FactsDiffer => (
                "facts.differ",
                "the unit {} is already known with other facts from this day",
                "đơn vị {} đã có thông tin khác kể từ ngày này",
            ),
        }
    }

    /// The stable code, `parent.unknown`.
    pub const fn code(self) -> &'static str {
        self.row().0
    }
}

/// A refused row, or a fault of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Line of the file, from 1, the header's line included.
    pub line: u64,
    /// The column at fault, if it is one.
    pub column: Option<&'static str>,
    pub code: RefusalCode,
    /// What the sentence names.
    pub value: String,
}

impl Refusal {
    /// The reason in English.
    pub fn en(&self) -> String {
        self.code.row().1.replace("{}", &self.value)
    }

    /// The reason in Vietnamese.
    pub fn vi(&self) -> String {
        self.code.row().2.replace("{}", &self.value)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.code.code(), self.en())
    }
}
