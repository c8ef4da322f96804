skip-link = Đến nội dung chính
demo-title = Dữ liệu mô phỏng.
demo-text = Số liệu ở đây do máy tạo để trình diễn, không phải ý kiến của người dân.
error-title-prefix = Lỗi: { $title }
partial-note = Phần chưa dịch được hiện bằng tiếng Việt.
