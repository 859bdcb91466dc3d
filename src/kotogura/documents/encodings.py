"""From bytes to text, for the character sets that Japanese files come in."""

import codecs
import re

import charset_normalizer

from kotogura.errors import UndecodableText

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ISO_2022_JP_ESCAPE = re.compile(rb"\x1b[$(][@BIJ]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f�]")
_GUESSES = ["cp932", "euc_jis_2004"]
_SAMPLE_BYTES = 65_536


def decode(data: bytes) -> tuple[str, str]:
    """Return `data` as text, and the name of the character set it was in.

    A byte order mark decides; else UTF-8 where it fits; else ISO-2022-JP by its escapes; else
    Shift_JIS (as Windows writes it, cp932) or EUC-JP, whichever fits, the more plausible where
    both do. UTF-16 without a mark is not guessed.

    Raises:
        UndecodableText: when none fits, or what comes out is binary. Retrying does not help.

    >>> decode("①㈱言蔵".encode("cp932"))
    ('①㈱言蔵', 'cp932')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _attempt(data, encoding)
            if text is None:
                break
            return _printable(text), encoding
    if (text := _attempt(data, "utf-8")) is not None:
        if _ISO_2022_JP_ESCAPE.search(data) and (mail := _attempt(data, "iso2022_jp_ext")):
            return _printable(mail), "iso2022_jp_ext"
        return _printable(text), "utf-8"
    fitting = {name: text for name in _GUESSES if (text := _attempt(data, name)) is not None}
    if len(fitting) > 1:
        best = charset_normalizer.from_bytes(data[:_SAMPLE_BYTES], cp_isolation=_GUESSES).best()
        if best is not None and best.encoding in fitting:
            return _printable(fitting[best.encoding]), best.encoding
    for name, text in fitting.items():
        return _printable(text), name
    raise UndecodableText("the character set is not known; save the file as UTF-8")


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _printable(text: str) -> str:
    """Refuse text that is really a binary file: more than one unprintable in a hundred."""
    if len(_UNPRINTABLE.findall(text)) * 100 > len(text):
        raise UndecodableText("the file is binary, not text; upload text, Markdown or HTML")
    return text
