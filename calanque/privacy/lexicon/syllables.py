"""Names made of syllables of Vietnamese, Chinese, Korean, Khmer, Lao or Hmong, many words of French too ("Son")."""

import re
from functools import lru_cache

_VIETNAMESE = frozenset(
    """
an anh bach bao bich binh bui cam canh cao cat chau chi chien chinh chu chung cong cuc cung cuong dai dam dan dang danh
dao dat dau diem diep dieu dinh do doan dong duc dung duong duy duyen gia giang giao ha hai han hang hanh hao hau hien
hiep hieu ho hoa hoai hoan hoang hong hop hue hung huong huu huy huyen huynh khai khanh khoa khoi khuong kiem kien kiet
kieu kim ky lac lai lam lan lanh le lien lieu linh loan loc loi long luan luc luong luu ly mai man manh mau minh my nam
nga ngan nghi nghia ngo ngoc nguyen nguyet nha nhan nhi nhu nhung ninh oanh pham phan phat phi phong phu phuc phung
phuoc phuong quan quang que qui quoc quy quyen quynh sam sang son suong ta tai tam tan tang thach thai tham thang thanh
thao thi thien thieu thinh tho thoa thong thu thuan thuc thuong thuy tien tieu tin tinh to toai toan ton tong tra tram
tran trang tri trieu trinh trong truc trung truong tu tuan tung tuong tuyen tuyet ty uyen van vi viet vinh vo vu vuong
xuan yen
""".split()  # noqa: SIM905
)
_KOREAN = frozenset(
    """
ah ahn bae baek bin bok bum byung chae chan cheol cho choi choon chul chun chung dae do dong duk eun gi ha hae han hee
heon ho hong hoon hwa hwan hwang hye hyo hyuk hyun hyung il im in jae jang jee jeong ji jin jong joo joon ju jun jung
kang ki kim kon koo kook kwang kwon kyeong kyu kyung lee lim min mi moo moon myung na nam noh oh ok park rae rim roh
ryong ryu sang seo seok seol seon seong seung shik shin sik so sok song soo sook soon suh suk sun sung tae taek um wan
won woo wook ye yeo yeon yeong yong yoo yoon young yu yul yun yung
""".split()  # noqa: SIM905
)
_KHMER_LAO_HMONG = frozenset(
    """
bopha bounmy bun chan chea chhay chhim chor chum dara heng hem her hout kham khim khun keo kong kouch lim lor mac meas
mok moua nhem noy ouk pech phan phet phon phy pich prak ros sam san sar seng sim sith sok som sun tep touch tuy ung vang
vann vong xay xiong yang yim yin
""".split()  # noqa: SIM905
)
_LISTED = _VIETNAMESE | _KOREAN | _KHMER_LAO_HMONG
_FINALS = (
    r"(?:iang|iong|uang|ueng|ang|eng|ian|iao|ing|ong|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u)"
)
_ONE = rf"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?{_FINALS})"
_PINYIN = re.compile(rf"{_ONE}{{1,2}}")
_ONE_PINYIN = re.compile(_ONE)
_ARTICLES = frozenset(
    ("le", "la", "ta", "ma", "sa", "du", "de", "ce", "ne", "se", "te", "me", "que", "qui", "et", "ou", "en", "au")
)


@lru_cache(maxsize=50_000)
def is_syllable_name(word: str) -> bool:
    """Say whether a folded word may be a Vietnamese, Chinese or Korean name, or half of one ("phuong-thao")."""
    return word not in _ARTICLES and is_syllable(word)


@lru_cache(maxsize=50_000)
def is_syllable(word: str) -> bool:
    """Say the same of any word, articles of French among them: "Le" and "Du" are surnames too."""
    return len(word) > 1 and all(part in _LISTED or _PINYIN.fullmatch(part) for part in word.split("-"))


@lru_cache(maxsize=50_000)
def is_one_syllable(word: str) -> bool:
    """Say whether a folded word may be such a name of one syllable ("long", not "hier")."""
    return word in _LISTED or (len(word) > 1 and bool(_ONE_PINYIN.fullmatch(word)))
