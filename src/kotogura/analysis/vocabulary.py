"""What each morpheme is worth: its terms, readings, characters and units, worked out once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sudachipy import Morpheme, SplitMode, Tokenizer

from kotogura.analysis.katakana import fold_unknown, fold_v
from kotogura.analysis.latin import without_accents
from kotogura.analysis.sounds import hiragana, is_kana

UNKNOWN_WORD = 0xF000_0000
"""From here on, a word id tells how Sudachi made up a word that is in no dictionary."""
JOINED_WORD = 0x0FFF_FFFF
"""The word id of what Sudachi joined out of several words, such as katakana it can't cut."""
Key = tuple[int, str, str]
"""Word id, surface, and for unknown words the normalised form: İ may be one letter or two."""
Tokens = tuple[tuple[str, int, int], ...]
"""Of each: term, unit within the word, width in units."""

_KNOWN_WORD_COUNT = 65_536
_SYMBOLS = "補助記号"
_DROPPED_CLASSES = {"助詞", "助動詞", "空白", _SYMBOLS}
_READ_CLASSES = {"名詞", "代名詞", "形状詞", "副詞", "接頭辞", "接尾辞", "連体詞"}
"""Verbs and adjectives are read as they are inflected, and the dictionary has them in kana."""
_NUMBER = "数詞"
_NAME = "固有名詞"
_VERB = "動詞"
_LATIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|[-.&'+](?=[A-Za-z0-9]))*(?:\+\+|#)?")
_KANJI = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_JAPANESE = re.compile(f"(?:{_KANJI.pattern}|[\u3041-\u3096\u30a1-\u30fa\u30fc])+")
_GA = re.compile(f"(?<={_KANJI.pattern})[ヶケ](?={_KANJI.pattern})")
_TSU = re.compile(f"(?<=[一二三四五六七八九])[ツッっつ](?={_KANJI.pattern})")
_NEW, _NEW_READING = "新", "シン"
_HIRAGANA = re.compile("[ぁ-ゖー]+")
_SHREDDED = {"名詞", "副詞", "感動詞", "接頭辞", "接尾辞"}
"""What Sudachi takes the pieces for of a word in hiragana that it doesn't know."""
_SUFFIX = "接尾辞"
_LETTERS = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+", re.IGNORECASE)
_SHORTEST_LETTERS = 3
_EMOJI = re.compile("[\u2600-\u27bf\U0001f1e6-\U0001faff€£¥₩]+")
_MEANINGFUL = re.compile(r"[^\W_]")
_SHORTEST_READING = 2
_WIDEST = 255


def is_japanese(text: str) -> bool:
    """Return whether all of `text` is kanji or kana; nothing is not.

    >>> is_japanese("神戸ビーフ"), is_japanese("A社")
    (True, False)
    """
    return _JAPANESE.fullmatch(text) is not None


def _noun(verb: str, stem: str) -> str:
    """Return the noun that a verb's stem is, in the spelling of the verb.

    >>> _noun("打ち切る", "打切り"), _noun("積み立てる", "積立て"), _noun("積み立てる", "積立")
    ('打ち切り', '積み立て', '積立')
    """
    ending = stem[-1]
    if _KANJI.fullmatch(ending):
        return stem
    return verb[:-1] if verb[-2:-1] == ending else verb[:-1] + ending


def _is_unknown(word_id: int) -> bool:
    return word_id >= UNKNOWN_WORD or word_id == JOINED_WORD


@dataclass(frozen=True, slots=True)
class Word:
    """What a morpheme is worth wherever it stands.

    Attributes:
        units: (start, end) of its units from where it begins; None if it is one unit as it is.
        tokens: its terms.
        length: 1, or the number of parts that have a term; 0 if it is dropped.
        readings: where it is read otherwise than written.
        grams: characters and pairs of neighbours of an unknown word.
        is_suffix: whether it is a suffix in one kanji, as 長 in 営業部長.
        is_shred: whether it may be a piece of a longer word in hiragana.
    """

    units: tuple[tuple[int, int], ...] | None
    tokens: Tokens
    length: int
    readings: Tokens = ()
    grams: Tokens = ()
    is_suffix: bool = False
    is_shred: bool = False


class Vocabulary:
    """The words that an analyzer has met lately. Not safe for concurrent use."""

    def __init__(self, tokenizer: Tokenizer, system: Tokenizer | None = None) -> None:
        """Begin with none; `system` cuts words of a user dictionary, where there is one."""
        self._tokenizer = tokenizer
        self._system = system
        self._classes: dict[int, tuple[str, str]] = {}
        self._words: dict[Key, Word] = {}
        self.known = self._words.get

    def learn(self, key: Key, morpheme: Morpheme) -> Word:
        """Return what a morpheme is worth, and keep it: its key decides all of it."""
        if len(self._words) >= _KNOWN_WORD_COUNT:
            self._words.clear()
        word = self._words[key] = (
            self._unknown(key, morpheme) or self._signed(key, morpheme) or self._word(morpheme)
        )
        return word

    def _word(self, morpheme: Morpheme) -> Word:
        parts: Sequence[Morpheme] = ()
        if self._class(morpheme)[0] != _VERB:  # 申し込む is neither 申す nor 込む
            parts = morpheme.split(SplitMode.A, add_single=False) or self._inner(morpheme)
        whole = max(1, len(parts))
        terms = self._terms(morpheme)
        tokens = [(term, 0, whole) for term in terms]
        readings = [(one, 0, whole) for one in self._readings(morpheme, terms)]
        length = int(bool(terms))
        if terms and parts:
            part_terms = [self._terms(part) for part in parts]
            tokens += [(term, unit, 1) for unit, own in enumerate(part_terms) for term in own]
            readings += [
                (one, unit, 1)
                for unit, (part, own) in enumerate(zip(parts, part_terms, strict=True))
                for one in self._readings(part, own)
            ]
            length = sum(map(bool, part_terms))
        elif terms and self._class(morpheme)[1] == _NAME:
            place = self._new_place(morpheme)
            if place is not None:
                size = len(morpheme.surface())
                tokens = [*((term, 0, 2) for term in terms), (place, 1, 1)]
                readings = [(one, 0, 2) for one, _, _ in readings]
                return Word(((0, 1), (1, size)), tuple(tokens), 1, tuple(readings))
        begin = morpheme.begin()
        first = parts[0].begin() if parts else begin
        units = [(part.begin() - first, part.end() - first) for part in parts]
        if not parts and morpheme.end() - begin != len(morpheme.surface()):
            units = [(0, morpheme.end() - begin)]
        surface, word_class = morpheme.surface(), self._class(morpheme)[0]
        return Word(
            tuple(units) or None,
            tuple(tokens),
            length,
            tuple(readings),
            is_suffix=word_class == _SUFFIX and _KANJI.fullmatch(surface) is not None,
            is_shred=word_class in _SHREDDED and _HIRAGANA.fullmatch(surface) is not None,
        )

    def alone(self, text: str) -> Morpheme | None:
        """Return the one word of the dictionary that `text` is, or None."""
        found = self._tokenizer.tokenize(text, SplitMode.C)
        return found[0] if len(found) == 1 and not _is_unknown(found[0].word_id()) else None

    def _new_place(self, morpheme: Morpheme) -> str | None:
        """Return the place after which another is named that is new, as 横浜 of 新横浜, or None."""
        surface, reading = morpheme.surface(), morpheme.reading_form()
        if surface[0] != _NEW or len(surface) < 3 or not reading.startswith(_NEW_READING):
            return None
        place = self.alone(surface[1:])
        if place is None or place.reading_form() != reading.removeprefix(_NEW_READING):
            return None
        return self._terms(place)[0] if self._class(place)[1] == _NAME else None

    def _inner(self, morpheme: Morpheme) -> Sequence[Morpheme]:
        """Return what a word of a user dictionary is made of, if it is of words of the system's.

        Its parts are found then as before. Of kana alone they would be anything but words.
        """
        surface = morpheme.surface()
        if (
            self._system is None
            or morpheme.dictionary_id() < 1
            or len(surface) != morpheme.end() - morpheme.begin()
            or not _KANJI.search(surface)
        ):
            return ()
        parts = list(self._system.tokenize(surface, mode=SplitMode.A))
        whole = len(parts) > 1 and parts[-1].end() == len(surface)
        return parts if whole and all(map(self._has_word, parts)) else ()

    def _has_word(self, part: Morpheme) -> bool:
        return not _is_unknown(part.word_id()) and bool(self._terms(part))

    def _unknown(self, key: Key, morpheme: Morpheme) -> Word | None:
        """Return a Japanese word that no dictionary has, or None if it is something else."""
        word_id, surface, form = key
        size = len(surface)
        if (
            not _is_unknown(word_id)
            or size < 2
            or morpheme.end() - morpheme.begin() != size
            or not is_japanese(surface)
            or self._class(morpheme)[1] == _NUMBER
            or self._class(morpheme)[0] in _DROPPED_CLASSES
        ):
            return None
        term = fold_unknown(form.casefold())
        width = min(size, _WIDEST)
        grams = []
        for place, character in enumerate(surface):
            if _KANJI.fullmatch(character):
                grams.append((character, place, 1))
            if place + 1 < size:
                grams.append((surface[place : place + 2], place, 2))
        units = tuple((place, place + 1) for place in range(size))
        return Word(units, ((term, 0, width),), 1, grams=tuple(grams))

    def _signed(self, key: Key, morpheme: Morpheme) -> Word | None:
        """Return a Latin word of several whole words, such as COVID-19, or None."""
        surface = key[1]
        pieces = [match.span() for match in _LETTERS.finditer(surface)]
        if (
            len(pieces) < _SHORTEST_LETTERS
            or morpheme.end() - morpheme.begin() != len(surface)
            or _LATIN.fullmatch(surface) is None
            or self._class(morpheme)[1] == _NUMBER
        ):
            return None
        words = [surface[start:end].casefold() for start, end in pieces]
        if any(word.isalpha() and len(word) < _SHORTEST_LETTERS for word in words):
            return None
        tokens = [(term, 0, len(words)) for term in self._terms(morpheme)]
        tokens += [(word, unit, 1) for unit, word in enumerate(words) if word.isalnum()]
        return Word(tuple(pieces), tuple(tokens), 1)

    def _terms(self, morpheme: Morpheme) -> list[str]:
        """Return the terms of one morpheme; none if it is dropped.

        They are its normalised form, and a Latin surface that differs from it. A symbol has them
        when it holds a letter; a particle in one kanji, such as 程, is that kanji. A verb in the
        form of a noun, such as 繰り越し, is that noun as well; café is cafe, and 四ツ谷 is 四谷.
        """
        surface = morpheme.surface().casefold()
        term = fold_v(morpheme.normalized_form().casefold())
        word_class, kind = self._class(morpheme)
        if word_class in _DROPPED_CLASSES and not (
            word_class == _SYMBOLS and _MEANINGFUL.search(term)
        ):
            return [surface] if _KANJI.fullmatch(surface) or _EMOJI.fullmatch(surface) else []
        if _is_unknown(morpheme.word_id()):
            term = fold_unknown(term)
        elif kind == _NAME:
            term = _GA.sub("が", term)
            shortened = self._shortened(surface, morpheme)
            if shortened:
                return [term, *shortened]
        elif word_class == _VERB and len(_KANJI.findall(term)) > 1 and surface != term:
            if morpheme.part_of_speech()[5] == "連用形-一般":
                return list(dict.fromkeys((term, _noun(term, surface))))
        elif surface != term and _KANJI.fullmatch(surface) and surface not in term:
            return [term, surface]
        if surface != term and _LATIN.fullmatch(surface):
            return [term, surface]
        return list(dict.fromkeys((term, without_accents(term)))) if term.strip() else []

    def _shortened(self, surface: str, name: Morpheme) -> list[str]:
        """Return the name without ツ if the dictionary reads it alike: 四谷 of 四ツ谷."""
        if _TSU.search(surface) is None:
            return []
        other = self.alone(_TSU.sub("", surface))
        if other is None or other.reading_form() != name.reading_form():
            return []
        return [fold_v(other.normalized_form().casefold())]

    def _readings(self, morpheme: Morpheme, terms: list[str]) -> list[str]:
        """Return the reading of a word that has terms, none of which is that reading."""
        if not terms or _is_unknown(morpheme.word_id()):
            return []
        word_class, kind = self._class(morpheme)
        if word_class not in _READ_CLASSES or kind == _NUMBER:
            return []
        reading = hiragana(fold_v(morpheme.reading_form()))
        if len(reading) < _SHORTEST_READING or not is_kana(reading):
            return []
        return [] if reading in map(hiragana, terms) else [reading]

    def _class(self, morpheme: Morpheme) -> tuple[str, str]:
        """Return the first two parts of speech; asking Sudachi for all six is slow."""
        class_id = morpheme.part_of_speech_id()
        found = self._classes.get(class_id)
        if found is None:
            parts = morpheme.part_of_speech()
            found = self._classes[class_id] = (parts[0], parts[1])
        return found
