"""Texts that analysers are known to stumble over, and strategies that mix them with anything."""

from hypothesis import strategies as st

HOSTILE = {
    "nothing": "",
    "blanks": " \t\n　\u00a0\u2003",
    "control characters": "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])),
    "lone surrogates": "\ud800休暇\udfff\udc00\ud83d",
    "zero-width characters": "休\u200b暇\u200c届\u200d\ufeff\u2060け",
    "a rare kanji": "魈",
    "small tsu and a long mark": "ッー",
    "long marks": "ー" * 5000,
    "100 kB without a full stop": "休暇は年に十日です、" * 3334,
    "100 kB of one kana": "あ" * 33_334,
    "100 kB of one kanji": "漢" * 33_334,
    "100 kB of one letter": "a" * 100_000,
    "100 kB of one digit": "1" * 100_000,
    "100 kB of unknown kanji": "魈" * 33_334,
    "100 kB of emoji": "😀" * 25_000,
    "100 kB of blanks": " " * 100_000,
    "100 kB of line feeds": "\n" * 100_000,
    "13,110 bytes that grow fivefold": "㌕" * 4370,
    "30 kB that grow elevenfold": "\ufdfa" * 10_000,
    "half-width kana with sound marks": "ｶﾞｷﾞｸﾞﾊﾟﾋﾟﾌﾟ" * 100,
    "sound marks that join nothing": "ﾞﾟ\u3099\u309a",
    "a hundred thousand marks on one letter": "a" + "\u0301\u0323" * 50_000,
    "a letter and its mark apart": "か\u200b\u3099",
    "Hangul in jamo": "\u1112\u1161\u11ab\u1100\u116e\u11a8",
    "Hangul in half-width and old letters": "ﾡￂ ㄱㅏㄳ",
    "a family of emoji": "👨\u200d👩\u200d👧\u200d👦🏽",
    "a variant of a kanji": "葛\U000e0100城市",
    "right to left": "\u202eあいう\u202c",
    "symbols": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~…—※〒㎡℃",
    "not characters": "\ufffe\uffff\U0010ffff",
    "private use": "\ue000\uf8f0\U000f0000",
}

_PARTS = [
    "休暇", "東京都立大学", "関西国際空港", "の", "は", "ます", "サーバー", "commit", "魈", "ッー",
    "ＷＭ－８０００", "㌕", "㍿", "①", "½", "𠮷", "豈", "_", "・", "。", "！", "．", "a" * 70,
    "ｶﾞ", "ﾞ", "\u3099", "が", "か\u3099", "\u0301", "\u0323", "é", "ﬁ", "ǆ", "ß", "İ", "\ufdfa",
    "ﾡ", "ￂ", "각", "\u1100", "\u1161", "\u11a8", "ㄱ", "ㅏ", "ㄳ", "\u09c7", "\u09be", "\u0f71",
    "\u0f73", "\U0001d15e", "👨\u200d👩", "\u200b", "\ufeff", "\u00ad", "\ufe0f", "\U000e0100",
    "\x00", "\r", "\n", "\t", "　", " ", "\u2028", "\ud800", "\udfff",
]  # fmt: skip

ANY_CHARACTER = st.characters(exclude_categories=[])
"""All of Unicode: surrogates, controls, what is not assigned."""

ANY_TEXT = st.lists(st.sampled_from(_PARTS) | ANY_CHARACTER, max_size=14).map("".join)
