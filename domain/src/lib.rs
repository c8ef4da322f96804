//! What Nghe Dân knows, without doing anything: questionnaires, responses, tallies and figures.
//!
//! This crate is pure. It has no `async`, no input or output, no clock and no randomness, and its totals
//! hold integers only; time and random bytes come in as arguments. It compiles for the server and for
//! WebAssembly, so that a browser and the server decide alike what is asked and what is valid.
//!
//! # Glossary
//!
//! One word for a thing, in code, tables, URLs and exports.
//!
//! | word | Vietnamese | meaning |
//! |---|---|---|
//! | questionnaire | mẫu phiếu | what is asked; exists as frozen versions |
//! | section | phần | a printed part of a questionnaire |
//! | part | khía cạnh | the coarser analytic group of factors |
//! | factor | yếu tố | analytic group of criteria |
//! | criterion | tiêu chí | one rated statement |
//! | scale, score | thang đo, điểm | the ordered levels; one level, from 1 |
//! | response | phiếu trả lời | one person's submission |
//! | answer | lượt đánh giá | one criterion rated in a response |
//! | remark | ý kiến khác | free text |
//! | unit | đơn vị | the body that is rated |
//! | point | điểm lấy ý kiến | a link, QR code, desk device or invitation |
//! | outbox | hộp gửi | finished responses on a desk device that the server may not hold yet |
//! | campaign | đợt khảo sát | a version asked of units in a period |
//! | tally | – | the integer counts behind an indicator |
//! | release | kỳ công bố | figures that may be shown, made once and stored |

pub mod answer;
pub mod canonical;
pub mod channel;
pub mod civil;
pub mod code;
pub mod condition;
pub mod criteria;
pub mod cross;
pub mod device;
pub mod difference;
pub mod disclosure;
pub mod estimate;
mod float;
pub mod form;
pub mod id;
pub mod interval;
pub mod layout;
pub mod method;
pub mod moments;
pub mod normal;
pub mod official;
pub mod outbox;
pub mod period;
pub mod questionnaire;
pub mod ratio;
pub mod release;
pub mod response;
pub mod round;
pub mod slip;
pub mod status;
pub mod student;
pub mod tally;
pub mod text;
pub mod unit;
mod variance;
pub mod varint;
pub mod weighted;
