"""From bytes to text, for the character sets that Japanese files come in."""

import codecs
import re

from kotogura.errors import UndecodableText

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAIL_ESCAPE = re.compile(rb"\x1b[$(][@BIJ]")
_MAIL_KANJI = re.compile(rb"\x1b\$[@B]")
_JIS_2004_KANJI = b"\x1b$(Q"
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
# Single bytes without a meaning in Shift_JIS, which Python's cp932 lets through.
_NOT_CP932 = re.compile("[\x80\uf8f0-\uf8f3]")
# Half-width kana and private use: what EUC-JP becomes when it is read as Shift_JIS.
_UNLIKELY = re.compile("[\uff61-\uff9f\ue000-\uf8ff]")
# Line breaks, ASCII, kana, kanji of everyday use, and what is written between them.
_USUAL = re.compile("[\t\n\r -~\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]")
_USUAL_SHARE = 0.9
_GUESSES = ("cp932", "euc_jis_2004")
_UNKNOWN = "the character set is not known; save the file as UTF-8"
# Labels of web pages. The last group's are not believed before all else failed: any bytes fit.
_LABELS = {
    **dict.fromkeys(
        ["shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "ms932"],
        "cp932",
    ),
    **dict.fromkeys(["euc-jp", "x-euc-jp", "eucjp"], "euc_jis_2004"),
    **dict.fromkeys(["gb18030", "gbk", "gb2312"], "gb18030"),
    **dict.fromkeys(["big5", "big5-hkscs"], "big5hkscs"),
    **dict.fromkeys(["euc-kr", "ks_c_5601-1987"], "cp949"),
    **dict.fromkeys(["iso-8859-1", "latin1", "windows-1252", "us-ascii"], "cp1252"),
}


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return `data` as text, and the name of the character set it was in.

    A byte order mark decides; else UTF-16 by the zero bytes of its line breaks, blanks and digits,
    where it gives a text like others; else UTF-8 where it fits; else ISO-2022-JP by its escapes;
    else what the file itself has `declared`, where that fits; else Shift_JIS (as Windows writes it,
    cp932) or EUC-JP, whichever fits, and the one with fewer half-width kana where both do. So a
    text of nothing but half-width kana may be mistaken, and UTF-16 of nothing but kana and kanji,
    without a mark, a line break or a digit, can't be told.

    Args:
        data: the file.
        declared: a label in lower case, as an HTML page has it; unknown ones are passed over.

    Raises:
        UndecodableText: when none fits, or what comes out is binary. Retrying does not help.

    >>> decode("①㈱言蔵".encode("cp932"))
    ('①㈱言蔵', 'cp932')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_attempt(data, encoding)), encoding
    wide = _wide(data)
    if wide is not None:
        return wide
    text = _attempt(data, "utf-8")
    if text is not None:
        if text.isascii() and _MAIL_ESCAPE.search(data):
            return _mail(data)
        return _checked(text), "utf-8"
    fitting = {name: text for name in _GUESSES if (text := _attempt(data, name)) is not None}
    label = _LABELS.get(declared or "")
    if label is not None and label not in _GUESSES and (label != "cp1252" or not fitting):
        told = _attempt(data, label)
        fitting = fitting if told is None else {label: told}
    if not fitting:
        raise UndecodableText(_UNKNOWN)
    best = min(fitting, key=lambda name: (name != label, len(_UNLIKELY.findall(fitting[name]))))
    return _checked(fitting[best]), best


def _wide(data: bytes) -> tuple[str, str] | None:
    """Return UTF-16 without a mark as text, or None: no other character set has zero bytes."""
    odd, even = data[1::2].count(0), data[::2].count(0)
    if odd == even or len(data) % 2:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = _attempt(data, encoding)
    if text is None or len(_USUAL.findall(text)) < _USUAL_SHARE * len(text):
        return None
    return _checked(text), encoding


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if encoding == "cp932" and _NOT_CP932.search(text) else text


def _mail(data: bytes) -> tuple[str, str]:
    """Decode ISO-2022-JP; ① and ㈱, which some programs add to it, are found in JIS X 0213."""
    text = _attempt(data, "iso2022_jp_ext")
    if text is not None:
        return _checked(text), "iso2022_jp_ext"
    text = _attempt(_MAIL_KANJI.sub(_JIS_2004_KANJI, data), "iso2022_jp_2004")
    return _checked(text), "iso2022_jp_2004"


def _checked(text: str | None) -> str:
    """Refuse what no character set fits, and binary: over one unprintable in a hundred."""
    if text is None:
        raise UndecodableText(_UNKNOWN)
    if len(_UNPRINTABLE.findall(text)) * 100 > len(text):
        raise UndecodableText("the file is binary, not text; upload text, Markdown or HTML")
    return text
