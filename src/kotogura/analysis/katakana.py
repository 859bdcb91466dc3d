"""Katakana words in one spelling, beyond what the dictionary unifies.

Sudachi knows that ヴァイオリン is バイオリン and サーバ is サーバー, if it has the word at all.
Names and new words are spelt in just as many ways.
"""

import re

_V_ROW = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴュ": "ビュ", "ヴ": "ブ"}
_V = re.compile("ヴ[ァィェォュ]?")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]+")
_LONG_E = re.compile("(?<=[ケゲセゼテデネヘベペメレェ])イ")
_SMALL = {"ウィ": "ウイ", "ウェ": "ウエ", "ウォ": "ウオ", "イェ": "イエ", "ヂ": "ジ", "ヅ": "ズ"}
_SPELT = re.compile("|".join(_SMALL))
_SHORTEST_WITH_MARK = 4
_LARGE = str.maketrans("ャュョッ", "ヤユヨツ")
_LITTLE = str.maketrans("ヤユヨツ", "ャュョッ")
_GLIDE = re.compile("(?<=[キギシジチニヒビピミリ])[ヤユヨ]|(?<=.)ツ(?=[カ-ドハ-ポ])")
_VOICED = str.maketrans("づぢ", "ずじ")
_HIRAGANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def katakana(text: str) -> str:
    """Return `text` with hiragana as katakana.

    >>> katakana("こんぴゅーた")
    'コンピュータ'
    """
    return text.translate(_HIRAGANA)


def fold_voiced(text: str) -> str:
    """Return hiragana with ず and じ for づ and ぢ, which sound alike.

    >>> fold_voiced("いなづま")
    'いなずま'
    """
    return text.translate(_VOICED)


def fold_v(term: str) -> str:
    """Return `term` with the row of ヴ written as that of バ.

    >>> fold_v("ヴェネツィア"), fold_v("ラヴ")
    ('ベネツィア', 'ラブ')
    """
    return _V.sub(lambda found: _V_ROW[found[0]], term) if "ヴ" in term else term


def respellings(word: str) -> tuple[str, ...]:
    """Return other spellings of a katakana word that the dictionary keeps apart.

    They are with and without a long mark at the end, and with large letters for small ones or
    small for large, as names of companies and transfers of money have them.

    >>> respellings("メモリー"), respellings("キャノン"), respellings("駅")
    (('メモリ',), ('キャノンー', 'キヤノン'), ())
    """
    if len(word) < _SHORTEST_WITH_MARK - 1 or _KATAKANA.fullmatch(word) is None:
        return ()
    mark = word[:-1] if word[-1] == "ー" else word + "ー"
    found = (mark, word.translate(_LARGE), _GLIDE.sub(lambda two: two[0].translate(_LITTLE), word))
    return tuple(
        one for one in dict.fromkeys(found) if one != word and len(one) >= _SHORTEST_WITH_MARK - 1
    )


def fold_unknown(term: str) -> str:
    """Return a katakana word that no dictionary has as all its spellings are to be found.

    The row of ヴ is that of バ, ウィ is ウイ, ヂ is ジ, エイ is エー, and a long mark at the end of
    four letters or more is left out. Other words stay as they are.

    >>> fold_unknown("モルヴェイダー"), fold_unknown("モルベーダ")
    ('モルベーダ', 'モルベーダ')
    """
    if _KATAKANA.fullmatch(term) is None:
        return term
    folded = _SPELT.sub(lambda found: _SMALL[found[0]], fold_v(term))
    folded = _LONG_E.sub("ー", folded)
    return folded[:-1] if len(folded) >= _SHORTEST_WITH_MARK and folded[-1] == "ー" else folded
