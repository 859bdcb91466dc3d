"""How Japanese sounds in Latin letters, spelt so that what people type can be compared.

A sound is Hepburn without long vowels and without apostrophes. Whatever way a reading is written,
`とうきょう`, `toukyou`, `tōkyō`, `Tokyo`, or half typed as `toky`, comes out as one spelling or
as the beginning of it. That loses which vowels are long, so it is for finding candidates, not for
telling words apart.

>>> sound("とうきょう"), sound("tōkyō"), sound("toky")
('tokyo', 'tokyo', 'toky')
>>> sound("しんぶん"), sound("sinbun"), sound("shimbun")
('shinbun', 'shinbun', 'shinbun')
"""

import re
import unicodedata

_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さ-すせそ",
    "z": "ざ-ずぜぞ",
    "t": "た--てと",
    "d": "だ--でど",
    "n": "なにぬねの",
    "h": "はひ-へほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "y": "や-ゆ-よ",
    "r": "らりるれろ",
    "w": "わゐ-ゑ-",
}
_KANA = {
    kana: consonant + vowel
    for consonant, row in _ROWS.items()
    for kana, vowel in zip(row, "aiueo", strict=True)
    if kana != "-"
} | {
    "し": "shi",
    "じ": "ji",
    "ち": "chi",
    "ぢ": "ji",
    "つ": "tsu",
    "づ": "zu",
    "ふ": "fu",
    "を": "o",
    "ん": "n",
    "ゔ": "bu",
}
_SMALL_VOWELS = dict(zip("ぁぃぅぇぉ", "aiueo", strict=True))
_SMALL_GLIDES = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_VOWELS = "aiueo"
_HISSING = ("sh", "ch", "j")
"""After these the glide is part of the consonant: しゃ is sha, not shya."""

_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_KANA_TEXT = re.compile("[\u3041-\u3096\u309d\u309e\u30a1-\u30f6\u30fc-\u30fe]+")
_SOUNDING = re.compile("[\u3041-\u3096\u30a1-\u30f6\u30fca-z'’āâīîūûēêōô-]+")

_LONG = str.maketrans("āâīîūûēêōô", "aaiiuueeoo")
_NN = re.compile("nn(?![aiueo])")
"""What people type for ん; nna is んな."""
_O_RUN, _VOWEL_RUN = re.compile("o[ou]+"), re.compile(r"([aiue])\1+")
_PLAIN = re.compile("[あいうえお-ぢっ-もやゆよ-ろわをんゃゅょー]+")
"""Hiragana that needs none of what follows but those three."""
_SPELLINGS = tuple(
    (re.compile(spelling), instead)
    for spelling, instead in (
        (r"['’-]", ""),
        (r"nnn+", "nn"),
        (_NN, "n"),
        (r"m(?=[bpm])", "n"),
        (r"sy|s(?=i)", "sh"),
        (r"[tc]y|t(?=i)|th(?=[iuy])y?", "ch"),
        (r"[zjd]y|d?z(?=i)|d(?=i)|dh(?=[iuy])y?", "j"),
        (r"zj", "jj"),
        (r"tch|tc$", "cch"),
        (r"t(?=u)", "ts"),
        (r"dz|d(?=u)", "z"),
        (r"(?<![sct])hu", "fu"),
        (r"v", "b"),
        (r"wo", "o"),
        (r"(?<=o)h(?=[^aiueoy])", ""),
        (_O_RUN, "o"),
        (_VOWEL_RUN, r"\1"),
    )
)


def hiragana(text: str) -> str:
    """Return `text` with katakana as hiragana; the mark of a long vowel stays.

    >>> hiragana("サーバー室")
    'さーばー室'
    """
    return text.translate(_KATAKANA)


def is_kana(text: str) -> bool:
    """Return whether all of `text` is hiragana or katakana; nothing is not.

    >>> is_kana("サーバ"), is_kana("東きょう")
    (True, False)
    """
    return _KANA_TEXT.fullmatch(text) is not None


def is_sounding(text: str) -> bool:
    """Return whether `text` is kana, Latin letters, or kana with letters that are not kana yet.

    >>> is_sounding("とうky"), is_sounding("Tokyo"), is_sounding("東京"), is_sounding("123")
    (True, True, False, False)
    """
    return _SOUNDING.fullmatch(text.lower()) is not None


def sound(text: str) -> str:
    """Return how kana and Latin letters of any usual spelling sound; other characters stay.

    What is typed halfway gives the beginning of what the whole gives, unless the spelling itself
    is still open: `t` may become `chi` in one system, `oh` a long vowel in another.
    """
    if not text.isascii() and _PLAIN.fullmatch(text):
        return _VOWEL_RUN.sub(r"\1", _O_RUN.sub("o", _NN.sub("n", _letters(text))))
    found = _letters(hiragana(unicodedata.normalize("NFKC", text).lower())).translate(_LONG)
    for spelling, instead in _SPELLINGS:
        found = spelling.sub(instead, found)
    return found


def _letters(text: str) -> str:
    """Return `text` with each kana as letters, long vowels written out."""
    found: list[str] = []
    doubled = False
    for kana in text:
        before = found[-1] if found else ""
        if kana == "っ":
            doubled = True
        elif kana == "ー":
            found.append(before[-1:] if before[-1:] in _VOWELS else "")
        elif kana in _SMALL_GLIDES and len(before) > 1 and before[-1] in "ieu":
            glide = _SMALL_GLIDES[kana]
            found[-1] = before[:-1] + (glide[1:] if before[:-1].endswith(_HISSING) else glide)
        elif kana in _SMALL_VOWELS and before == "u":
            found[-1] = "w" + _SMALL_VOWELS[kana]
        elif kana in _SMALL_VOWELS and len(before) > 1 and before[-1] in _VOWELS:
            found[-1] = before[:-1] + _SMALL_VOWELS[kana]
        else:
            letters = _KANA.get(kana) or _SMALL_VOWELS.get(kana) or _SMALL_GLIDES.get(kana, kana)
            found.append(letters[0] + letters if doubled else letters)
            doubled = False
    return "".join(found)
