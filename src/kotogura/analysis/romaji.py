"""Latin letters that spell Japanese, back into the hiragana that they may stand for.

People leave long vowels out (`Tokyo`), mark them (`tōkyō`) or type them (`toukyou`); the first two
leave open which they are, so one word may be several readings.
"""

import itertools
import re

READING_LIMIT = 64
"""A word is taken for so many readings at most, those with the fewest long vowels."""

_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "v": "ばびぶべぼ",
}
_GLIDES = {
    "ky": "き",
    "gy": "ぎ",
    "sy": "し",
    "sh": "し",
    "zy": "じ",
    "jy": "じ",
    "j": "じ",
    "ty": "ち",
    "cy": "ち",
    "ch": "ち",
    "ny": "に",
    "hy": "ひ",
    "by": "び",
    "py": "ぴ",
    "my": "み",
    "ry": "り",
}
_SYLLABLES = (
    {
        consonant + vowel: kana
        for consonant, row in _ROWS.items()
        for vowel, kana in zip("aiueo", row, strict=True)
    }
    | {
        glide + vowel: kana + small
        for glide, kana in _GLIDES.items()
        for vowel, small in zip("aueo", "ゃゅぇょ", strict=True)
    }
    | {f"f{vowel}": f"ふ{small}" for vowel, small in zip("aieo", "ぁぃぇぉ", strict=True)}
    | {"ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を"}
    | {"shi": "し", "chi": "ち", "ji": "じ", "tsu": "つ", "fu": "ふ"}
)
_MARKED = {
    ord(marked): f"{plain}^"
    for plain, both in zip("aiueo", ("āâ", "īî", "ūû", "ēê", "ōô"), strict=True)
    for marked in both
}
_WORD = re.compile("[a-z'^-]{2,40}")
_OH = re.compile("oh(?![aiueoy])")
_SPELT = re.compile(
    r"(?P<syllable>(?:[kgnhbpmrszt]y|[cs]h|ts|[jcf]|[kgsztdnhbpmrvywj])?[aiueo])(?P<mark>\^?)"
    r"|(?P<n>n(?:'|-|(?![aiueoy^]))|m(?=[bpm]))|(?P<double>t(?=ch)|([kstpgdbzjcf])(?=\5))"
)
_LONGER = ("o", "u")
_MARKED_VOWELS = {"a": ("あ",), "i": ("い",), "u": ("う",), "e": ("い", "え"), "o": ("う", "お")}


def readings_of_letters(word: str) -> tuple[str, ...]:
    """Return the readings in hiragana that `word` may spell; none if it is not Japanese.

    Those with fewer long vowels come first.

    >>> readings_of_letters("toukyou"), readings_of_letters("night")
    (('とうきょう',), ())
    >>> readings_of_letters("Kyoto")[:2]
    ('きょと', 'きょうと')
    """
    letters = _OH.sub("o^", word.lower().translate(_MARKED))
    if _WORD.fullmatch(letters) is None:
        return ()
    parts: list[tuple[str, ...]] = []
    place = 0
    while place < len(letters):
        found = _SPELT.match(letters, place)
        if found is None:
            return ()
        place = found.end()
        if found["double"]:
            parts.append(("っ",))
        elif found["n"]:
            parts.append(("ん",))
        else:
            kana = _SYLLABLES.get(found["syllable"])
            if kana is None:
                return ()
            vowel = found["syllable"][-1]
            first = not parts
            parts.append((kana,))
            if found["mark"]:
                parts.append(_MARKED_VOWELS[vowel])
            elif (
                vowel in "ou"
                and letters[place : place + 1] not in _LONGER
                and not (
                    found["syllable"] == "u" and parts[-2:-1] and letters[place - 2] in _LONGER
                )
            ):
                parts.append(("", "う", "お") if vowel == "o" and first else ("", "う"))
    readings = {"".join(choice): choice.count("") for choice in itertools.islice(
        itertools.product(*parts), 4096)}  # fmt: skip
    return tuple(sorted(readings, key=lambda one: (-readings[one], one)))[:READING_LIMIT]
