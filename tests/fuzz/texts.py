"""Texts that people may type, paste or upload, and texts that nobody should."""

from random import Random

HIRAGANA = "あいうえおかがきぎくけこさしすせそたちっつてとなにぬねのはばぱひふへほまみむめもやゆよらりるれろわをん"
KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンヴッャュョー"
HALF_WIDTH = "ｱｲｳｴｵｶﾞｷﾟｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾟﾋﾞﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｯｰ｡｢｣､･"
KANJI = "東京都港区文書検索日本語旅費規程休暇申請空港精算学校銀行会社員髙高邉辺邊國国學学齋斉斎魈々〆〇一二三十百千万億"
WIDE = "ＡＢＣａｂｃ０１２３！？（）「」・〜　㌕㍿㈱①Ⅻ½㎏"
LATIN = "abcxyzABCXYZ0123456789éßİıſﬁåÅ"
PUNCTUATION = " \t\n。、.,!?()[]{}<>&\"'`\\/|^*+-~:;=%#@$_"
HOSTILE = (
    "\u200b", "\u200d", "\u200e", "\u202e", "\u2066", "\u2069", "\ufeff", "\u00ad", "\u2028",
    "\u0301", "\u0308\u0323", "\u3099", "\u309a", "\u20dd", "\ufe0f", "\ufe0e",
    "葛\U000e0100", "辻\U000e0101", "\U000e0100", "👩\u200d👩\u200d👧", "🇯🇵", "🇯", "👍🏽", "1\ufe0f\u20e3",
    "\U0001f9d1\u200d🚀", "𠮟る", "𩸽", "\U0010ffff", "\uffff", "\ufdd0", "\ue000", "\x00", "\x01",
    "\x1b[31m", "\x7f", "\x85", "ッー", "ーーー", "っっ", "゛", "゜", "ｶﾞ", "か\u3099", "ﷺ", "ǰ", "ΐ", "ŉ",
    "각", "กำ", "ശ്രീ", "שָׁלוֹם", "مرحبا", "\u0345", "<script>alert(1)</script>", "&amp;", "';--",
    "${x}", "{{7*7}}", "%00", "%E3%81", "../../", "\r\n", "NaN", "null", "-0", "1e999",
)  # fmt: skip
SURROGATES = ("\ud800", "\udfff", "\ud83d", "\udc4d\ud83d")
OPERATORS = (
    " AND ", " OR ", " NOT ", " -", "\"", "「", "(", ")", "（", "title:", "body:", "name:", "^2", "^0",
    "^-1", "^1e309", "*", "?", "~3", "\"~2", "\\", ":", "：", "＊", "－", "ＡＮＤ", "field:", "[a TO b]",
    "NEAR/3", "+", "||", "&&", "!", "..", "date:", ">=", "((", "))", "\"\"", "()", "* *", "title:*",
)  # fmt: skip
_SETS = (HIRAGANA, KATAKANA, HALF_WIDTH, KANJI, KANJI, WIDE, LATIN, PUNCTUATION)
_WORDS = (
    "東京都", "港区", "旅費規程", "検索", "打ち合わせ", "サーバー", "サーバ", "申し込み", "申込", "日本語", "空港", "精算",
    "ヴァイオリン", "コンピューター", "commit", "Tokyo", "は", "を", "について", "です。", "ください", "ABC-123",
    "2026年11月", "一九八四", "3.14", "髙橋", "渡邉", "サイトウ", "きょうと",
)  # fmt: skip


def document_text(random: Random) -> str:
    """Return a text of up to a few hundred characters; one of forty is a very long run."""
    if random.random() < 1 / 40:
        piece = random.choice((*HOSTILE, "あ", "漢", "ｶﾞ", "a", "東京", " ", "\n", "ッ"))
        return piece * random.choice((1_000, 5_000, 20_000))
    return "".join(_piece(random, 0.12) for _ in range(random.randint(1, 60)))


def document_bytes(random: Random) -> tuple[str, bytes]:
    """Return a file's extension and bytes: text, some in other character sets, some broken."""
    text = document_text(random)
    extension = random.choice((".txt", ".txt", ".txt", ".md", ".html", ".csv"))
    chance = random.random()
    if chance < 0.03:
        return extension, random.randbytes(random.randint(1, 400))
    if chance < 0.06:
        broken = text + random.choice(SURROGATES)
        return extension, broken.encode("utf-8", "surrogatepass")
    if chance < 0.1:
        return extension, ("\ufeff" + text).encode("utf-16", "surrogatepass")
    if chance < 0.15:
        return extension, text.encode(random.choice(("cp932", "euc_jp", "iso2022_jp")), "ignore")
    return extension, text.encode("utf-8", "surrogatepass")


def query(random: Random, texts: list[str]) -> str:
    """Return a query: a cut of a text, words, operators, or all of them with hostile pieces."""
    chance = random.random()
    if chance < 0.35 and texts:
        text = random.choice(texts)
        start = random.randrange(max(1, len(text)))
        return text[start : start + random.randint(1, 20)]
    if chance < 0.5:
        return " ".join(random.choice(_WORDS) for _ in range(random.randint(1, 4)))
    if chance < 0.52:
        return _piece(random, 0.3) * random.choice((100, 400, 2_000))
    parts = [_piece(random, 0.25) for _ in range(random.randint(1, 8))]
    if random.random() < 0.6:
        for _ in range(random.randint(1, 5)):
            parts.insert(random.randrange(len(parts) + 1), random.choice(OPERATORS))
    if random.random() < 0.03:
        parts.append(random.choice(SURROGATES))
    return "".join(parts)


def _piece(random: Random, hostile: float) -> str:
    chance = random.random()
    if chance < hostile:
        return random.choice(HOSTILE)
    if chance < hostile + 0.02:
        return chr(random.choice([*range(0x20, 0xD800, 7), *range(0xE000, 0x11_0000, 997)]))
    if chance < 0.5:
        return random.choice(_WORDS)
    letters = random.choice(_SETS)
    return "".join(random.choice(letters) for _ in range(random.randint(1, 6)))
