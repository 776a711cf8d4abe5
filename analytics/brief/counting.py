"""Words that count, that raise a number, and that say more, less or not; in both languages.

Only vocabulary: what is made of it is `check`.
"""

from __future__ import annotations

import re


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SYMBOLS = _words(
    "% ‰ ° °C km/h m/s mm cm m km ha mg/l µg/m³ µg/m3 kg g t l m³ m² km² ms VND USD đồng ₫ $ đ"
)

# What makes a number before it larger
SCALES = {
    "vi": ("trăm", "nghìn", "ngàn", "vạn", "triệu", "tỷ", "tỉ", "k", "tr"),
    "en": ("hundred", "thousand", "million", "billion", "k", "mn", "bn", "m"),
}

COUNTING = {
    "vi": _words(
        """một mốt hai ba bốn tư lăm sáu bảy bẩy tám chín mười mươi trăm nghìn ngàn vạn triệu tỷ
        tỉ chục tá rưỡi nửa đôi nhị tam tứ ngũ lục thất bát cửu thập bách thiên
        muoi chuc bon chin tram nghin trieu ruoi"""
    ),
    "en": _words(
        """one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
        eighty ninety hundred hundreds thousand thousands million millions billion billions
        dozen dozens half halves halved double doubled doubles twice thrice triple tripled
        quadruple quadrupled third thirds quarter quarters fourth fifth tenth pair couple
        score zero nought nil"""
    ),
}

# Words of which one counts elsewhere: as these they do not
NOT_COUNTING = {
    "vi": (
        "một số", "một cách", "một phần", "thứ tư", "đầu tư", "vật tư", "dân tư", "riêng tư",
        "ba đình", "bách khoa", "hai bà trưng", "thập kỷ", "thiên tai", "thiên nhiên",
    ),
    "en": ("one another", "on the one hand"),
}  # fmt: skip

# "năm" is five, and a year: a year beside one of these
YEAR = re.compile(
    r"(?:đầu|cuối|trong|cả|kỳ|theo|hằng|hàng|mỗi|từng|toàn|mức|trần|giữa|kế hoạch|dự toán|chỉ tiêu)"
    r" năm\b|\bnăm (?:nay|trước|ngoái|học|sau|tới|qua|này)\b"
)

RISING = {
    "vi": ("tăng", "cao hơn", "vượt", "trên", "nhiều hơn", "lớn hơn", "quá", "hơn", "nhanh hơn"),
    "en": (
        "rose", "rise", "rises", "rising", "up", "higher", "above", "more", "over", "exceeds",
        "exceeded", "exceed", "increase", "increased", "beyond", "faster", "ahead",
    ),
}  # fmt: skip
FALLING = {
    "vi": ("giảm", "thấp hơn", "dưới", "ít hơn", "nhỏ hơn", "kém", "chậm hơn", "chưa đạt"),
    "en": (
        "fell", "fall", "falls", "falling", "down", "lower", "below", "less", "under", "fewer",
        "decrease", "decreased", "slower", "behind", "short",
    ),
}  # fmt: skip
DENYING = {
    "vi": ("không", "chưa", "chẳng", "chả", "thiếu"),
    "en": ("not", "no", "never", "none", "without", "n't", "nothing", "nor", "neither"),
}
