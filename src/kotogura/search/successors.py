"""Words whose kanji were replaced by others of the same sound, and the words in use since.

When the list of kanji in use was made, words with kanji outside it took others. Sudachi has many
of them as spellings of one word, as 編輯 of 編集; these are pairs that it keeps apart, out of some
two hundred that were tried. The official list of 1956 is longer, and not gone through whole.
"""

_SUCCESSOR_OF = {
    "輿論": "世論",
    "撒布": "散布",
    "尖端": "先端",
    "聚落": "集落",
    "洗滌": "洗浄",
    "棲息": "生息",
    "闇夜": "暗夜",
    "臆断": "憶断",
    "快闊": "快活",
    "吃緊": "喫緊",
    "抛物線": "放物線",
}
SUCCESSORS = _SUCCESSOR_OF | {new: old for old, new in _SUCCESSOR_OF.items()}
"""From either of two words to the other."""
