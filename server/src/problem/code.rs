//! The stable codes, each with its status and its sentence in two languages.

use axum::http::StatusCode;

use super::Tongue;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:ident, $vi:literal, $en:literal;)+) => {
        /// What went wrong, by a name that never changes. `{name}` in a sentence is a parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in documents.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The status of the reply.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// The sentence, with its parameters still in braces.
            pub const fn sentence(self, tongue: Tongue) -> &'static str {
                match (self, tongue) {
                    $((Self::$variant, Tongue::Vi) => $vi, (Self::$variant, Tongue::En) => $en,)+
                }
            }
        }
    };
}

codes! {
    MalformedJson = "request.malformed_json", BAD_REQUEST,
        "Nội dung gửi lên không phải JSON (dòng {line}, cột {column}).",
        "The body is not JSON (line {line}, column {column}).";
    MalformedId = "request.malformed_id", BAD_REQUEST,
        "Mã trong địa chỉ không phải UUID.",
        "The id in the address is not a UUID.";
    MalformedPath = "request.malformed_path", BAD_REQUEST,
        "Địa chỉ có ký tự không đọc được.",
        "The address has characters that cannot be read.";
    UnreadableBody = "request.unreadable_body", BAD_REQUEST,
        "Không đọc được hết nội dung gửi lên.",
        "The body could not be read to its end.";
    BadParameter = "request.bad_parameter", BAD_REQUEST,
        "Tham số `{name}` không đúng; cần {expected}.",
        "The parameter `{name}` does not fit; it takes {expected}.";
    BadQuery = "request.bad_query", BAD_REQUEST,
        "Phần tham số của địa chỉ có tham số lạ, lặp lại hoặc thiếu.",
        "The query has an unknown, repeated or missing parameter.";
    SealedUnreadable = "sealed.unreadable", BAD_REQUEST,
        "Không mở được nội dung niêm phong.",
        "The sealed body does not open.";
    SealedUnknownKey = "sealed.unknown_key", BAD_REQUEST,
        "Máy chủ không có khoá số {key}.",
        "The server has no key {key}.";
    MalformedAuthorization = "device.malformed_authorization", UNAUTHORIZED,
        "Tiêu đề Authorization phải là `Bearer` và mã của thiết bị.",
        "The Authorization header must be `Bearer` and the token of a device.";
    UnknownDevice = "device.unknown", UNAUTHORIZED,
        "Không có thiết bị nào có mã này.",
        "No device has this token.";
    ForeignDevice = "device.foreign", FORBIDDEN,
        "Thiết bị này thuộc điểm lấy ý kiến khác.",
        "The device belongs to another access point.";
    RevokedDevice = "device.revoked", FORBIDDEN,
        "Thiết bị này đã bị thu hồi ngày {revoked_on}.",
        "This device was revoked on {revoked_on}.";
    UnknownEnrolment = "device.unknown_code", NOT_FOUND,
        "Mã đăng ký thiết bị không đúng, đã dùng hoặc đã hết hạn.",
        "The code to enrol a device is unknown, used or expired.";
    BadToken = "device.bad_token", UNPROCESSABLE_ENTITY,
        "Mã của thiết bị phải gồm 64 chữ số thập lục phân.",
        "The token of a device is 64 hexadecimal digits.";
    UnknownIssuer = "issuer.unknown", UNAUTHORIZED,
        "Không có hệ thống nào được cấp mã phiếu hẹn có mã này.",
        "No system that may issue slips has this token.";
    ForeignIssuer = "issuer.foreign", FORBIDDEN,
        "Hệ thống này được cấp mã phiếu hẹn cho đợt khảo sát khác.",
        "The system may issue slips for another campaign.";
    FormatTooOld = "device.format_too_old", BAD_REQUEST,
        "Máy chủ không còn nhận định dạng {format}; hãy cập nhật thiết bị.",
        "The server no longer takes format {format}; update the device.";
    FormatUnknown = "device.format_unknown", SERVICE_UNAVAILABLE,
        "Máy chủ chưa biết định dạng {format}; thử lại sau {seconds} giây.",
        "The server does not know format {format} yet; try again in {seconds} seconds.";
    NoRoute = "request.no_route", NOT_FOUND,
        "Không có gì ở địa chỉ này.",
        "There is nothing at this address.";
    NotFound = "not_found", NOT_FOUND,
        "Không tìm thấy ({what}).",
        "There is no such {what}.";
    Mistyped = "point.mistyped", NOT_FOUND,
        "Mã bị gõ sai: thừa, thiếu hoặc nhầm một ký tự.",
        "The code was mistyped: a character is wrong, missing or one too many.";
    UnknownPoint = "point.unknown", NOT_FOUND,
        "Không có điểm lấy ý kiến nào có mã này.",
        "No access point has this code.";
    MethodNotAllowed = "request.method_not_allowed", METHOD_NOT_ALLOWED,
        "Địa chỉ này không nhận phương thức đó.",
        "This address does not take that method.";
    Conflict = "response.already_recorded", CONFLICT,
        "Một phiếu khác đã được ghi với mã này.",
        "Another response is recorded under this id.";
    CodeUsed = "code.used", CONFLICT,
        "Mã dùng một lần này đã được dùng, đã hết hạn hoặc không có trong đợt khảo sát.",
        "This one-time code was used, has expired, or is not of this campaign.";
    Gone = "campaign.closed", GONE,
        "Đợt khảo sát đã kết thúc ngày {closed_on}.",
        "The campaign closed on {closed_on}.";
    Settled = "response.settled", GONE,
        "Đơn vị tổ chức khảo sát đã xử lý phiếu bị từ chối này; thiết bị không cần giữ nữa.",
        "Whoever runs the survey has decided about this refused response; the device need not keep it.";
    TooLarge = "request.too_large", PAYLOAD_TOO_LARGE,
        "Nội dung gửi lên dài hơn {limit} byte.",
        "The body is longer than {limit} bytes.";
    UnsupportedMediaType = "request.unsupported_media_type", UNSUPPORTED_MEDIA_TYPE,
        "Địa chỉ này chỉ nhận application/json hoặc application/nghe-dan-sealed.",
        "This address takes application/json or application/nghe-dan-sealed only.";
    Invalid = "response.invalid", UNPROCESSABLE_ENTITY,
        "Phiếu có chỗ chưa đúng; xem từng trường.",
        "The response has wrong fields; see each of them.";
    WrongFields = "request.invalid", UNPROCESSABLE_ENTITY,
        "Yêu cầu có chỗ chưa đúng; xem từng trường.",
        "The request has wrong fields; see each of them.";
    Unprocessable = "request.unprocessable", UNPROCESSABLE_ENTITY,
        "Yêu cầu không thực hiện được: {why}.",
        "The request cannot be carried out: {why}.";
    DeviceTooFast = "device.too_fast", TOO_MANY_REQUESTS,
        "Thiết bị gửi nhanh hơn mức người có thể trả lời; thử lại sau {seconds} giây.",
        "The device sends faster than people can answer; try again in {seconds} seconds.";
    Full = "server.full", SERVICE_UNAVAILABLE,
        "Máy chủ đang quá tải; thử lại sau {seconds} giây.",
        "Too many responses are waiting; try again in {seconds} seconds.";
    Unavailable = "server.unavailable", SERVICE_UNAVAILABLE,
        "Máy chủ tạm thời chưa phục vụ được; thử lại sau {seconds} giây.",
        "The server cannot serve this now; try again in {seconds} seconds.";
    Internal = "server.internal", INTERNAL_SERVER_ERROR,
        "Máy chủ gặp lỗi.",
        "The server failed.";
}
