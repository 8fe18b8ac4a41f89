"""One normal form before every rule, with the way back to the given offsets: what readers see, not how it is encoded.

"T&eacute;l : 0 6 3 9 9 8 1 2 3 4" reads "Tél : 0639981234"; so do full-width digits, "TÃ©l", Cyrillic letters in a
Latin word, and characters that nobody sees.
"""

import html
import re
import unicodedata
from collections.abc import Callable

Origins = tuple[int, ...] | None
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LATER_BYTE = "[\u0080-\u00bf" + "".join(bytes([b]).decode("cp1252", "ignore") for b in range(0x80, 0xA0)) + "]"
_MOJIBAKE = re.compile(f"[ÂÃÅ]{_LATER_BYTE}|â[\u0080\u0082€\u201a]{_LATER_BYTE}|Ã(?: (?= )|(?= ))")
"""UTF-8 read as Windows-1252: "Ã©"; of "à" the second half is a blank, which a later hand may have doubled or cut."""
_ENTITY = re.compile(r"&(?:amp;){0,3}(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z]{2,8}\d{0,2});")
_STYLED = re.compile(
    r"[\uff01-\uff5e\u2460-\u2473\u24b6-\u24ea\ufb00-\ufb06\U0001d400-\U0001d7ff]|(?![0-9])\d|"
    r"(?P<sign>(?<=\b[nN])\ufffd(?=[ ]?[:\d]))|(?<=[^\W\d_])\ufffd|\ufffd(?=[^\W\d_])"
)
"""Letters and digits of another width, style or script, and signs that a conversion lost: most were "é"."""
_TWINS = str.maketrans(
    "АВЕКМНОРСТУХІЅЈаеорсухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονικ",
    "ABEKMHOPCTYXISJaeopcyxisjABEZHIKMNOPTYXaovik",
)
_OTHER_LETTER = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_WITH_OTHER_LETTERS = re.compile(f"(?<![^\\W_])[^\\W_]*{_OTHER_LETTER.pattern}[^\\W_]*(?:-[^\\W_]+)*")
# A letter with combining accents, an end of line, or what cannot be seen: controls, soft hyphens, joiners, marks.
_UNSEEN = re.compile(
    "([^\\W\\d_][\u0300-\u036f]+)|(\r\n?|[\x0b\x0c\x85\u2028\u2029])|(?<=\\d)[\u0300-\u036f]+|"
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
_SPACED = re.compile(
    r"(?<![^\W_])[\da-zA-Z](?:(?:[ ]?[./\-_:+])?[ ]{1,3}[\da-zA-Z](?![^\W_])){6,}(?<! [aAyY](?= [^\W\d_]{2}))|"
    r"(?<![^\W_])\d(?:[ ]\d){4}(?=[ ][A-ZÀ-Ý][^\W\d_])"
)
"""Seven letters and digits one by one, or a postcode before its town; five would meet marks and scores."""
_TWO_SINGLES = re.compile(r" [\da-zA-Z] [\da-zA-Z](?![^\W_])")
_BETWEEN_SINGLES = re.compile(r"(?<=[^\W_]) (?=[^\W_])")
_FEWEST_DIGITS, _FEWEST_KINDS, _VOWELS, _FEWEST_VOWELS = 3, 3, "aeiouy", 0.25
_ASCENDING = "0123456789"
_SPELT = re.compile(
    r"(?<![^\W_])(?<!['\u2019])(?<!\b[yY] )(?![yY] [aA] )[^\W\d_]"
    r"(?: (?:(?i:deux|double) )?[^\W\d_](?![^\W_]|['\u2019])){4,}(?<! [aAàÀyY](?= [^\W\d_]{2}))"
)
"""Five letters one by one are a word that somebody spells; fewer are marks or an abbreviation."""
_WITHIN_SPELT = re.compile(r" (?![A-ZÀ-Ý])|(?<![a-zà-ÿ]) ")
_LETTERS_IN_ORDER = "abcdefghijklmnopqrstuvwxyz"
_NOTHING = "\x00"
_RARE = re.compile("[^\x20-\x7e\n\t\u00a0-\u00ac\u00ae-\u00ff\u0152\u0153\u2013\u2014\u2019\u201c\u201d\u2026\u20ac]")


def normal_form(text: str) -> tuple[str, Origins]:
    """Return the text as a reader sees it, and the offset in `text` of each of its characters and of its end.

    Returns:
        The form, and None where its offsets are those of `text`.
    """
    origins: Origins = None
    for gate, pattern, form_of in _FORMS:
        if gate.search(text) and pattern.search(text):
            text, origins = _replaced(text, origins, pattern, form_of)
    return text, origins


def _replaced(
    text: str, before: Origins, pattern: re.Pattern[str], form_of: Callable[[re.Match[str]], str]
) -> tuple[str, Origins]:
    edits = [(match.start(), match.end(), form_of(match)) for match in pattern.finditer(text)]
    parts: list[str] = []
    origins: list[int] = []
    position = 0
    for start, end, form in edits:
        parts += (text[position:start], form)
        origins += range(position, start)
        origins += range(start, end) if len(form) == end - start else [start] * len(form)
        position = end
    parts.append(text[position:])
    if all(len(form) == end - start for start, end, form in edits):
        return "".join(parts), before
    origins += range(position, len(text) + 1)
    return "".join(parts), tuple(origins) if before is None else tuple(map(before.__getitem__, origins))


def _decoded(match: re.Match[str]) -> str:
    if len(match.group().rstrip(" ")) == 1:
        return "à"
    try:
        return b"".join(c.encode("cp1252" if ord(c) > 0xFF else "latin-1") for c in match.group()).decode()
    except UnicodeDecodeError:
        return match.group()


def _unescaped(match: re.Match[str]) -> str:
    return html.unescape(f"&{match[1]};")


def _plain(match: re.Match[str]) -> str:
    if match.group() == "\ufffd":
        return "°" if match["sign"] else "é"
    return unicodedata.normalize("NFKC", "".join(str(unicodedata.decimal(c, c)) for c in match.group()))


def _latin(match: re.Match[str]) -> str:
    """Return a word of Latin letters or digits without the look-alikes among them."""
    word = match.group()
    form = word.translate(_TWINS)
    is_mixed = any(map(str.isascii, word.replace("-", ""))) and not _OTHER_LETTER.search(form)
    return form if is_mixed else word


def _seen(match: re.Match[str]) -> str:
    if not match[1]:
        return "\n" if match[2] else ""
    # No letter takes up the dot of a small "İ".
    return "".join(c for c in unicodedata.normalize("NFC", match[1]) if not unicodedata.combining(c))


def _marked(match: re.Match[str]) -> str:
    """Put what `_UNSEEN` drops in the place of the blanks between letters and digits that make up one value."""
    value = "".join(filter(str.isalnum, match.group()))
    if sum(map(str.isdigit, value)) < _FEWEST_DIGITS or value in _ASCENDING:
        return match.group()
    return _BETWEEN_SINGLES.sub(_NOTHING, match.group())


def _spelt(match: re.Match[str]) -> str:
    """Mark the blanks within a word, as `_marked`; a capital after a small letter begins another: "L é a D u v a l"."""
    letters = "".join(filter(str.isalpha, unicodedata.normalize("NFD", match.group().lower())))
    vowels = sum(letter in _VOWELS for letter in letters)
    is_word = len(set(letters)) >= _FEWEST_KINDS and _FEWEST_VOWELS <= vowels / len(letters) < 1.0
    if not is_word or letters in _LETTERS_IN_ORDER:
        return match.group()
    return _WITHIN_SPELT.sub(_NOTHING, match.group())


_FORMS = (
    (_MOJIBAKE, _MOJIBAKE, _decoded),
    (_MOJIBAKE, _MOJIBAKE, _decoded),  # what was misread twice
    (_ENTITY, _ENTITY, _unescaped),
    (_RARE, _STYLED, _plain),
    (_OTHER_LETTER, _WITH_OTHER_LETTERS, _latin),
    (_RARE, _UNSEEN, _seen),
    (_BLANK, _BLANK, lambda _: " "),
    (_TWO_SINGLES, _SPACED, _marked),
    (_TWO_SINGLES, _SPELT, _spelt),
    (_RARE, _UNSEEN, _seen),
)
"""In this order: what must be in the text (fast to find), what is replaced, and its form."""
