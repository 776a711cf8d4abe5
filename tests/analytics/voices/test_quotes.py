"""What is quoted tells nobody who wrote it, nor of whom."""

from __future__ import annotations

import pytest

from analytics.voices.places import Gazetteer
from analytics.voices.quotes import LONGEST, quote
from data_access.personal import HIDDEN

KNOWN = Gazetteer.of(["Nguyễn Trãi", "Lê Văn Lương"])


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("Gọi tôi 0912 345 678 nhé", "0912"),
        ("mail an.nguyen@mail.example.vn", "an.nguyen"),
        ("xem https://social.example/users/nguoi1/5", "nguoi1"),
        ("@ban.toi xem này", "ban.toi"),
        ("Tôi là Nguyễn Văn Nam, phản ánh rác", "Nam"),
        ("tôi tên là Hoa ở đây", "Hoa"),
        ("Ông Trần Bình nhà bên xây trái phép", "Bình"),
        ("nhà chị Lan mở karaoke", "Lan"),
        ("Phạm Thị Hồng Nhung phản ánh mất nước", "Nhung"),
        ("TÔI LÀ NGUYỄN VĂN NAM", "NAM"),
        ("toi la nguyen van nam, mat nuoc", "nam"),
        ("số nhà 45 đổ rác bừa bãi", "45"),
        ("căn hộ 1203 ồn ào", "1203"),
        ("xe 29A-123.45 đỗ chắn lối", "123"),
        ("Hello, my name is John Smith, the street floods", "Smith"),
        ("Dear Sir, Mr. Peter Brown dumps his waste here", "Brown"),
        ("I'm Anna, nobody collects the garbage", "Anna"),
        ("tui tên Hùng nè, ngập wá", "Hùng"),
        ("mình là Thảo, nhà mất nước", "Thảo"),
        ("LH: Nam để biết thêm", "Nam"),
        ("nhà anh Trung đổ phế thải", "Trung"),
        ("tôi là Phong, báo mất nước", "Phong"),
        ("bà Tô Thị Hoa lấn vỉa hè", "Tô"),
        ("liên hệ Quân để lấy ảnh", "Quân"),
        ("xem facebook.com/hoa.tran", "hoa.tran"),
        ("số 12 ngõ 3 Hoa Bằng ngập", "12"),
        ("rác trước nhà 45/7 Hàng Bạc", "45"),
        ("I live at 45 Hang Bac, please help", "45"),
    ],
)
def test_people_are_hidden(said, secret):
    found = quote(said, KNOWN)
    assert secret not in found.text
    assert HIDDEN in found.text
    assert found.hidden >= 1


@pytest.mark.parametrize(
    "said",
    [
        "Ngập ở phố Trần Hưng Đạo",
        "đường Nguyễn Văn Cừ có ổ gà",
        "Nguyễn Trãi ùn tắc từ sáng",
        "ngõ 12 Lê Văn Lương mất nước",
        "Rác tập kết quá giờ quy định, bốc mùi",
        "tuyến buýt số 32 Nhổn chạy ẩu",
        "đường số 5 Hoàng Mai có ổ gà",
        "Đã liên hệ UBND phường mà chưa ai trả lời",
        "Đã liên hệ Công an phường, Sở Xây dựng",
        "mất nước từ 5 giờ sáng ở tại ngõ 12 Lê Văn Lương",
        "The street lights are off, this is dangerous",
        "xem hanoi.gov.vn để biết lịch",
    ],
)
def test_places_and_matters_stay(said):
    assert quote(said, KNOWN).text == said
    assert quote(said, KNOWN).hidden == 0


@pytest.mark.parametrize("said", ["", "😀" * 1000, "a" * 1_000_000, "0912345678", "Ông", "tôi là"])
def test_hostile_texts_are_quoted_short(said):
    assert len(quote(said).text) <= LONGEST + 1
