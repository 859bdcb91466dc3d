"""One written form for each kanji: 髙 is 高, 邊 is 辺, 國 is 国.

Folding maps one code point to one, so that offsets stay what they were. It comes before Sudachi:
what the dictionary knows, it knows in today's forms. The table is `kanji_table`.
"""

import re

from kotogura.analysis.kanji_table import NAMES, OFFICIAL, STANDARDS

_FORMS = {ord(pair[0]): pair[1] for pair in f"{OFFICIAL} {NAMES} {STANDARDS}".split()}
_OTHER_FORM = re.compile(f"[{''.join(map(chr, _FORMS))}]")
_GA = re.compile("(?<=[\u4e00-\u9fff])ケ(?=[\u4e00-\u9fff])")


def fold_kanji(text: str) -> str:
    """Return `text`, as long as it was, with each kanji in the form that is written today.

    ケ between two kanji, which is no katakana, is ヶ.

    >>> fold_kanji("渡邊さんの學校"), fold_kanji("着物"), fold_kanji("霞ケ関")
    ('渡辺さんの学校', '着物', '霞ヶ関')
    """
    folded = text.translate(_FORMS) if _OTHER_FORM.search(text) else text
    return _GA.sub("ヶ", folded) if "ケ" in folded else folded
