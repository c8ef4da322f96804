site-name = Nghe Dân
nav-label = Điều hướng chính
nav-home = Trang chủ
nav-answer = Trả lời phiếu
nav-results = Kết quả
footer-method = Chỉ số được tính như thế nào
footer-api = Dữ liệu mở cho phần mềm khác
footer-licence = Phần mềm nguồn mở, giấy phép MIT hoặc Apache-2.0.
