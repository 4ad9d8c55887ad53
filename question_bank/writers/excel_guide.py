"""The words of the template: an example of each kind, and how to fill the columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from question_bank.formatted_text import from_plain
from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)

_TOPIC = "Cải cách hành chính"
_DECREE = LegalSource("Nghị định số 61/2018/NĐ-CP", "Điều 4", None, date(2018, 6, 21), None)


def _make_options(*texts: str, pinned: int | None = None) -> tuple[Option, ...]:
    return tuple(Option(from_plain(text), number == pinned) for number, text in enumerate(texts))


EXAMPLES = (
    Item(
        "VD-01",
        ItemKind.SINGLE_CHOICE,
        _TOPIC,
        Level.RECOGNISE,
        from_plain("Cơ chế một cửa trong giải quyết thủ tục hành chính lấy ai làm trung tâm phục vụ?"),
        _make_options("Tổ chức, cá nhân", "Cơ quan tiếp nhận", "Cán bộ tiếp nhận", "Cả B và C", pinned=3),
        ChoiceKey(frozenset({0})),
        from_plain("Đây là một trong các nguyên tắc thực hiện cơ chế một cửa."),
        _DECREE,
    ),
    Item(
        "VD-02",
        ItemKind.MULTIPLE_CHOICE,
        _TOPIC,
        Level.UNDERSTAND,
        from_plain("Những việc nào thuộc cải cách thủ tục hành chính? (chọn các phương án đúng)"),
        _make_options("Rút ngắn thời hạn giải quyết", "Bỏ giấy tờ không cần thiết", "Tăng số lần đi lại của người dân"),
        ChoiceKey(frozenset({0, 1}), is_partial=True),
    ),
    Item(
        "VD-03",
        ItemKind.TRUE_FALSE,
        _TOPIC,
        Level.RECOGNISE,
        from_plain("Kết quả giải quyết thủ tục hành chính có thể được trả qua dịch vụ bưu chính công ích."),
        TRUE_FALSE_OPTIONS,
        ChoiceKey(frozenset({0})),
    ),
    Item(
        "VD-04",
        ItemKind.MATCHING,
        _TOPIC,
        Level.APPLY,
        from_plain("Ghép mỗi từ viết tắt với nghĩa của nó."),
        _make_options("Thủ tục hành chính", "Cải cách hành chính", "Dịch vụ công trực tuyến"),
        MatchingKey((1, 0), is_partial=True),
        rows=(from_plain("CCHC"), from_plain("TTHC")),
    ),
    Item(
        "VD-05",
        ItemKind.ORDERING,
        _TOPIC,
        Level.UNDERSTAND,
        from_plain("Sắp xếp các bước theo đúng trình tự."),
        _make_options("Tiếp nhận hồ sơ", "Giải quyết hồ sơ", "Trả kết quả"),
        OrderingKey(),
    ),
    Item(
        "VD-06",
        ItemKind.SHORT_ANSWER,
        _TOPIC,
        Level.RECOGNISE,
        from_plain("Viết đầy đủ từ viết tắt “TTHC”."),
        key=TextKey((AcceptedText("thủ tục hành chính"), AcceptedText("các thủ tục hành chính", 50))),
    ),
    Item(
        "VD-07",
        ItemKind.NUMERICAL,
        _TOPIC,
        Level.APPLY,
        from_plain("Một bộ phận nhận 40 hồ sơ, giải quyết đúng hạn 38 hồ sơ. Tỷ lệ đúng hạn là bao nhiêu phần trăm?"),
        key=NumberKey((AcceptedNumber(Decimal(95), Decimal("0.5")),)),
    ),
    Item(
        "VD-08",
        ItemKind.ESSAY,
        _TOPIC,
        Level.APPLY,
        from_plain("Hãy đề xuất một sáng kiến rút ngắn thời gian giải quyết thủ tục hành chính tại đơn vị."),
        key=EssayKey("Nêu được thực trạng, giải pháp và hiệu quả dự kiến."),
    ),
)
"""One item of each kind."""

GUIDE = (
    ("Cách dùng", ""),
    (
        "",
        "Mỗi câu hỏi viết trên một dòng của trang “Câu hỏi”. Trang “Ví dụ” có một câu của mỗi loại và không được đọc.",
    ),
    (
        "",
        "Cột bắt buộc: Câu hỏi; Đáp án đúng; các phương án (với loại câu hỏi có phương án). Cột khác có thể để trống.",
    ),
    ("", "Có thể đổi thứ tự cột, bỏ cột không dùng. Không gộp ô, không để tiêu đề khác lên trên dòng tiêu đề cột."),
    ("", "Dòng, cột bị ẩn vẫn được đọc và có cảnh báo; trang tính bị ẩn không được đọc."),
    ("Loại câu hỏi", "Để trống: một lựa chọn, hoặc theo nội dung các ô (có cảnh báo)."),
    ("Chuyên đề, Mức độ", "Để trống: lấy giá trị chọn khi nhập tệp. Mức độ: Nhận biết, Thông hiểu, Vận dụng."),
    ("Phương án A … H", "Từ hai đến tám phương án. Câu ghép đôi: là vế phải. Câu sắp xếp: viết theo đúng thứ tự."),
    ("Đáp án đúng", "Một lựa chọn: B. Nhiều lựa chọn: A, C. Đúng/Sai: Đúng hoặc Sai. Câu sắp xếp: để trống."),
    ("", "Ghép đôi: 1-C; 2-A; 3-B (số của vế trái, chữ của phương án)."),
    (
        "",
        "Trả lời ngắn: các câu trả lời được chấp nhận, cách nhau bằng dấu chấm phẩy; %50% đặt trước là được nửa điểm.",
    ),
    ("", "Số: 3,14 hoặc 3,14 ± 0,01 (sai số cho phép). Tự luận: gợi ý cho người chấm."),
    ("", "Dấu \\ đặt trước các dấu ; | % \\ khi các dấu đó là một phần của câu trả lời."),
    ("Hiệu lực từ, đến", "Ngày/tháng/năm, ví dụ 21/06/2018."),
    (
        "Không xáo trộn",
        "Chữ của các phương án phải giữ nguyên vị trí, ví dụ D. Viết “Không” nếu không có phương án nào.",
    ),
    ("Cách chấm", "Từng phần: mỗi ý đúng được một phần điểm. Để trống: phải đúng toàn bộ."),
    ("Định dạng", "HTML: các ô của dòng là HTML (in đậm, chỉ số, bảng, hình). Để trống hoặc “Văn bản”: chữ thường."),
    ("Hình ảnh", "Chèn hình với góc trên bên trái nằm trong ô của câu hỏi hoặc phương án (PNG, JPEG, GIF, đến 2 MB)."),
)
"""Left and right cell of each line of the instructions."""
