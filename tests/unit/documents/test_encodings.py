"""Character sets: what is told from what, and what can't be."""

import codecs
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.encodings import decode
from kotogura.errors import UndecodableText

KANA = "".join(map(chr, [*range(0x3041, 0x3094), *range(0x30A1, 0x30F7)])) + "ー、。・「」"
FIRST_KANJI = bytes(byte for lead in range(0xB0, 0xCF) for low in range(0xA1, 0xFF)
                    for byte in (lead, low)).decode("euc_jp")  # fmt: skip
ASCII = "".join(map(chr, range(0x20, 0x7F))) + "\t\n"
VERY_SHORT = ["テスト", "本", "の", "休暇", "禁煙", "はい", "会議室の予約", "、"]
JAPANESE = st.text(st.sampled_from(KANA + FIRST_KANJI + ASCII), max_size=60)
WITH_KANA = st.builds(
    lambda before, kana, after: before + kana + after, JAPANESE, st.sampled_from(KANA), JAPANESE
)
UNICODE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("言蔵は検索サービスです。", "utf-8", "utf-8"),
        ("言蔵は検索サービスです。", "utf-8-sig", "utf-8-sig"),
        ("言蔵は検索サービスです。", "utf-16", "utf-16"),
        ("言蔵は検索サービスです。", "utf-32", "utf-32"),
        ("①の㈱みなと～支店、ＷＭ－８０００", "cp932", "cp932"),
        ("髙橋﨑ⅢNo.㍻", "cp932", "cp932"),
        ("部品 ﾌｨﾙﾀｰ の注文", "cp932", "cp932"),
        ("言蔵は検索サービスです。", "euc_jp", "euc_jis_2004"),
        ("言蔵は検索サービスです。", "iso2022_jp", "iso2022_jp_ext"),
        ("部品 ﾌｨﾙﾀｰ の注文", "iso2022_jp_ext", "iso2022_jp_ext"),
        ("plain ASCII", "ascii", "utf-8"),
        ("𠮷野家と😀", "utf-8", "utf-8"),
    ],
)
def test_a_japanese_text_is_read_in_the_character_set_it_was_written_in(text, encoding, found):
    assert decode(text.encode(encoding)) == (text, found)


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_tells_the_order_of_bytes_and_is_no_part_of_the_text(mark, codec):
    text, _ = decode(mark + "議事録\n第1回".encode(codec))
    assert text == "議事録\n第1回"


@pytest.mark.parametrize(
    "text", ["テスト", "本", "の", "休暇", "禁煙", "はい", "会議室の予約", "、"]
)
def test_a_very_short_shift_jis_text_is_read_as_such(text):
    assert decode(text.encode("cp932")) == (text, "cp932")


@pytest.mark.parametrize(
    "text", ["テスト", "本", "の", "休暇", "禁煙", "はい", "会議室の予約", "、"]
)
def test_a_very_short_euc_jp_text_is_read_as_such(text):
    assert decode(text.encode("euc_jp")) == (text, "euc_jis_2004")


def test_japanese_between_much_markup_is_read_in_its_character_set():
    text = "<tr><td>CP-3200</td><td>神戸支店</td><td>9,900円</td></tr>"
    assert decode(text.encode("euc_jp"))[0] == text
    assert decode(text.encode("cp932"))[0] == text


@given(UNICODE)
def test_every_unicode_text_comes_back_from_utf_8(text):
    assert decode(text.encode())[0] == text.removeprefix("\ufeff")


@given(UNICODE, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_every_unicode_text_comes_back_from_an_encoding_with_a_mark(text, encoding):
    assert decode(text.encode(encoding))[0] == text


@given(WITH_KANA)
def test_every_text_of_common_kanji_and_a_kana_comes_back_from_shift_jis(text):
    assert decode(text.encode("cp932")) == (text, "cp932")


@given(WITH_KANA)
def test_every_text_of_common_kanji_and_a_kana_comes_back_from_euc_jp(text):
    assert decode(text.encode("euc_jp")) == (text, "euc_jis_2004")


@given(WITH_KANA)
def test_every_text_of_common_kanji_and_a_kana_comes_back_from_iso_2022_jp(text):
    assert decode(text.encode("iso2022_jp")) == (text, "iso2022_jp_ext")


def test_iso_2022_jp_with_characters_that_windows_adds_is_read_too():
    text, encoding = decode(b"\x1b$B-!-j$N\x1b(B ok")
    assert (text, encoding) == ("①㈱の ok", "iso2022_jp_2004")


def test_iso_2022_jp_that_can_not_be_read_is_refused_rather_than_indexed_as_ascii():
    with pytest.raises(UndecodableText):
        decode(b"\x1b$B0\x1b(B and more")


@pytest.mark.parametrize("log", [b"\x1b[1mok\x1b(B\x1b[m done", "\x1b[1m完了\x1b(B\x1b[m".encode()])
def test_a_terminals_escapes_are_not_taken_for_iso_2022_jp(log):
    text, _ = decode(log)
    assert text.replace("\x1b(B", "") == log.decode().replace("\x1b(B", "")


def test_a_mark_that_the_rest_does_not_keep_is_not_guessed_around():
    with pytest.raises(UndecodableText):
        decode(codecs.BOM_UTF8 + "あい".encode() + b"\xff\x82\xa0")
    with pytest.raises(UndecodableText):
        decode(codecs.BOM_UTF16_LE + "あい".encode("utf-16-le") + b"\x42")


@pytest.mark.parametrize("declared", ["shift_jis", "x-sjis", "windows-31j", "sjis"])
def test_what_a_page_declares_decides_where_two_fit(declared):
    kana = "ｶﾀｶﾅ".encode("cp932")  # in EUC-JP these bytes are two kanji
    assert decode(kana) == ("鏡凝", "euc_jis_2004")
    assert decode(kana, declared) == ("ｶﾀｶﾅ", "cp932")
    assert decode(kana, "euc-jp") == ("鏡凝", "euc_jis_2004")


@pytest.mark.parametrize(
    "declared",
    ["iso-8859-1", "windows-1252", "utf-16", "utf-7", "unicode_escape", "hex", "idna", "?", ""],
)
def test_a_wrong_or_odd_declaration_does_no_harm(declared):
    text = "休暇は年に十日です。"
    assert decode(text.encode(), declared)[0] == text
    assert decode(text.encode("cp932"), declared)[0] == text
    assert decode(text.encode("euc_jp"), declared)[0] == text


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
@pytest.mark.parametrize("declared", ["shift_jis", "euc-jp", "utf-8"])
def test_a_page_that_declares_another_japanese_set_is_read_in_its_own(encoding, declared):
    text = "休暇は年に十日です。届けは総務部に出します。"
    assert decode(text.encode(encoding), declared)[0] == text


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("带薪年假每年十天。", "gb18030", "gb2312"),
        ("特別休假每年十日。", "big5", "big5"),
        ("연차 휴가는 열흘입니다.", "cp949", "euc-kr"),
        ("Le congé est payé à l’été.", "cp1252", "iso-8859-1"),
    ],
)
def test_a_page_in_another_language_is_read_when_it_declares_its_set(text, encoding, declared):
    assert decode(text.encode(encoding), declared)[0] == text


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00"
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xd2\x4a\x21\x5b" + zlib.compress(b"office" * 50)


@pytest.mark.parametrize(
    "data",
    [
        PNG,
        ZIP,
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00",
        b"GIF89a\x10\x00\x10\x00\x80\x00\x00\x00\x00\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00",
        bytes(64),
        b"\x00",
        b"\xff",
        b"\x80\x81",
        b"abc\xff\xfe",
    ],
)
def test_a_binary_file_is_refused(data):
    with pytest.raises(UndecodableText):
        decode(data)


def test_random_bytes_are_refused():
    source = random.Random(2026)  # noqa: S311
    for _ in range(200):
        with pytest.raises(UndecodableText):
            decode(source.randbytes(400))


@pytest.mark.parametrize("declared", ["shift_jis", "windows-1252", "gb18030", "euc-jp"])
def test_a_binary_file_is_refused_whatever_it_declares(declared):
    with pytest.raises(UndecodableText):
        decode(PNG + ZIP, declared)


@given(st.binary(max_size=200), st.sampled_from([None, "shift_jis", "euc-jp", "gbk", "latin1"]))
def test_any_bytes_give_a_text_that_can_be_stored_or_our_error(data, declared):
    try:
        text, encoding = decode(data, declared)
    except UndecodableText:
        return
    assert text.encode("utf-8").decode("utf-8") == text
    assert codecs.lookup(encoding)


def test_an_empty_file_is_an_empty_text():
    assert decode(b"") == ("", "utf-8")
    assert decode(codecs.BOM_UTF8) == ("", "utf-8-sig")


def test_a_few_control_characters_are_no_reason_to_refuse_a_long_text():
    text = "議事録\x0c" + "本文です。" * 40 + "\x1a"
    assert decode(text.encode("cp932"))[0] == text


def test_the_refusal_says_what_to_do_and_nothing_of_the_text():
    with pytest.raises(UndecodableText) as unknown:
        decode("極秘".encode("cp932") + b"\xff")
    with pytest.raises(UndecodableText) as binary:
        decode(b"secret" + bytes(100))
    assert "UTF-8" in unknown.value.detail
    assert "upload text" in binary.value.detail
    assert "極秘" not in unknown.value.detail
    assert "secret" not in binary.value.detail


# What can't be told apart, written down so that a change of it is seen.


def test_half_width_kana_alone_may_be_taken_for_euc_jp():
    assert decode("ｶﾀｶﾅ".encode("cp932"))[0] == "鏡凝"
    assert decode("ｶﾀｶﾅ表記".encode("cp932"))[0] == "ｶﾀｶﾅ表記"


def test_a_word_or_two_of_euc_jp_without_kana_may_be_taken_for_utf_8():
    assert decode("年".encode("euc_jp")) == ("\u01ef", "utf-8")
    assert decode("年に".encode("euc_jp")) == ("年に", "euc_jis_2004")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["2026年の\r\n議事録", "minutes of 4/1\n", "港商事\n東京本社", "a"]
)
def test_utf_16_without_a_mark_is_told_by_its_zero_bytes(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 4, b"\x00\x01" * 50, b"PK\x03\x04\x00\x00" * 9]
)
def test_binary_with_zero_bytes_is_not_taken_for_utf_16(data):
    with pytest.raises(UndecodableText):
        decode(data)
