"""Lists of Vietnamese words the analysis goes by, all folded: lower case, without marks.

Short lists of what is common in reports to a city's hotline, made by hand; what they are good for
is measured (benchmarks/voices.py). No stop list of the language, and no dictionary of moods.
"""

from __future__ import annotations


def _each(listed: str, apart: str | None = None) -> frozenset[str]:
    return frozenset(listed.split(apart))


# One reading each, in citizens' reports: "ng" is a person, "nc" water. Not here: "bt" (bình thường,
# biết), "dk" (được, đăng ký), "hn" (Hà Nội, hôm nay), "kg" (không, a kilogram).
ABBREVIATIONS = {
    "ko": "khong", "k": "khong", "kh": "khong", "hok": "khong", "hk": "khong", "dc": "duoc",
    "mn": "moi nguoi", "mng": "moi nguoi", "ng": "nguoi", "nc": "nuoc", "trc": "truoc",
    "vs": "voi", "j": "gi", "r": "roi", "cx": "cung", "lm": "lam", "qa": "qua",
    "ntn": "nhu the nao", "dg": "duong", "tp": "thanh pho", "p": "phuong", "oto": "o to",
    "hnay": "hom nay", "hqua": "hom qua", "xmay": "xe may", "ktra": "kiem tra",
    "gthong": "giao thong", "mik": "minh", "mk": "minh",
}  # fmt: skip

# What any report may have, whatever it is about …
EMPTY = _each(
    "a ad ah ai alo anh ban bi boi ca cac cai cham chi chu chung con co cua cung da dang de deu di"
    " duoc em gap gi giup ha hay khi la lai lam len luon ma minh moi nao nay nen nha nhe nhieu nhu"
    " no nhung o oi qua ra rang rat roi se som ta tai the thi toi trong tu u ung va van ve vi viec"
    " voi xem y"
)
# … and what people write around it.
EMPTY_PHRASES = _each(
    "kinh gui|kinh thua|kinh mong|xin phan anh|toi xin|xin hoi|cho em hoi|cho hoi|cho toi hoi"
    "|co quan chuc nang|chuc nang|de nghi|kien nghi|mong|xu ly|kiem tra|giai quyet|khac phuc|som"
    "|nhanh chong|nho moi nguoi giup|moi nguoi|xin cam on|cam on|chinh quyen|lanh dao|goi toi"
    "|lien he|khong chiu noi nua|so dien thoai",
    "|",
)

FORMS_OF_ADDRESS = _each("ong ba anh chi em co chu bac chau thay cu me bo")
SURNAMES = _each(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh doan mai"
    " luong cao truong ha lam phung ta to quach kieu thach luu nghiem chu khuat bach"
)

# Not among them: words that folded mean something else as well, such as "hoi" (hôi, hỏi).
NEGATIVE = _each(
    "kem|xau|hong|ban thiu|hoi thoi|boc mui|mui hoi|o nhiem|on ao|nguy hiem|kho chiu|buc xuc"
    "|cham tre|qua han|bo mac|vo trach nhiem|vo cam|that vong|ngap|tac duong|un tac|gay on"
    "|lan chiem|xuong cap|lang phi|kho khan|phien ha|nhung nhieu|gian lan|lua dao|doc hai"
    "|tham hoa|kinh khung|khung khiep|met moi|chet|tai nan|khong tot|khong hai long|kho hieu"
    "|qua nhieu|thieu|buon ngu|nham chan|qua cham|chua tot|han che",
    "|",
)
POSITIVE = _each(
    "tot|dep|sach se|nhanh gon|kip thoi|nhiet tinh|tan tinh|cam on|hai long|rat on|hieu qua"
    "|tien loi|thuan tien|de hieu|than thien|chu dao|tuyet voi|hoan thien|khang trang|rat vui"
    "|thich|thoai mai|de chiu|cai thien|tien bo|chuyen nghiep|minh bach|tro giup|bo ich|tan tam"
    "|gioi|vui ve|vui tinh|day du|phu hop|dung hen|rat hay|nhiet huyet",
    "|",
)
NOT = _each("khong chang cha chua it dau")
