"""How readings sound: every usual way to write one gives one spelling, or its beginning."""

import pytest

from kotogura.analysis.sounds import hiragana, is_kana, is_sounding, sound

SPELLINGS = {
    "とうきょう": ["tokyo", "Tokyo", "tōkyō", "toukyou", "tookyoo", "TÔKYÔ", "tohkyo"],
    "しんぶん": ["shinbun", "shimbun", "sinbun", "shinnbunn"],
    "ちず": ["chizu", "tizu", "chidu"],
    "しゃちょう": ["shachou", "syatyou", "shacho", "shachō"],
    "じゅうしょ": ["jūsho", "zyuusyo", "jyuusho", "juusho"],
    "つづき": ["tsuzuki", "tuduki", "tudzuki"],
    "ふじさん": ["fujisan", "huzisan", "hujisan"],
    "まっちゃ": ["matcha", "mattya", "maccha"],
    "ざっし": ["zasshi", "zassi"],
    "あんない": ["annai", "annnai", "an'nai"],
    "きんえん": ["kin'en", "kinen", "kin-en"],
    "こんにちは": ["konnichiha", "konnnitiha"],
    "サーバー": ["saba", "saabaa", "sābā"],
    "パーティー": ["paatii", "pachi", "paathii"],
    "ヴァイオリン": ["vaiorin", "baiorin"],
    "ウィンドウ": ["windou", "windo"],
    "ファイル": ["fairu"],
    "デュアル": ["dyuaru", "dhuaru", "juaru"],
    "おおた": ["ohta", "oota", "ōta", "ota"],
    "さんみゃく": ["sanmyaku", "sammyaku"],
}


@pytest.mark.parametrize("reading", SPELLINGS)
def test_every_spelling_sounds_as_the_reading(reading: str) -> None:
    assert {sound(spelling) for spelling in SPELLINGS[reading]} == {sound(reading)}


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        *((typed, "とうきょう") for typed in ("t", "to", "tou", "tok", "toky", "とうk", "とうky")),
        *((typed, "しゃしん") for typed in ("s", "sh", "sy", "sya", "しゃs")),
        *((typed, "まっちゃ") for typed in ("matc", "matty", "まっ")),
        *((typed, "こんな") for typed in ("kon", "konn", "konna")),
    ],
)
def test_what_is_typed_halfway_is_the_beginning(typed: str, reading: str) -> None:
    assert sound(reading).startswith(sound(typed))


def test_different_words_sound_differently() -> None:
    readings = [
        "とうきょう",
        "きょうと",
        "こな",
        "こんな",
        "かっこう",
        "かこう",
        "びょういん",
        "びよういん",
    ]
    assert len({sound(reading) for reading in readings}) == len(readings)


def test_other_characters_stay_as_they_are() -> None:
    assert sound("東京３丁目") == "東京3丁目"
    assert sound("") == ""


def test_katakana_becomes_hiragana() -> None:
    assert hiragana("ヴァイオリンとサーバー") == "ゔぁいおりんとさーばー"


def test_kana_and_what_sounds_are_told_from_the_rest() -> None:
    assert [is_kana(text) for text in ("とう", "サーバー", "東", "to", "")] == [
        True,
        True,
        *[False] * 3,
    ]
    assert [is_sounding(text) for text in ("とうky", "Tōkyō", "東k", "", "a1")] == [
        True,
        True,
        *[False] * 3,
    ]
