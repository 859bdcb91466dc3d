"""Written forms: what people may be shown of a segment's words."""

import pytest

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.documents.extracted import ExtractedDocument
from kotogura.index import forms
from kotogura.index.content import SegmentContent, analyse_documents
from kotogura.index.forms import form_table


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return sudachi_analyzer()


def document(number: int, body: str, title: str = "") -> ExtractedDocument:
    return ExtractedDocument(
        document_id=f"{number:026d}",
        name=f"{number}.txt",
        version="1",
        title=title,
        body=body,
        media_type="text/plain",
        encoding="utf-8",
        size_bytes=1,
    )


def table(analyzer: Analyzer, *texts: str | tuple[str, str]) -> dict[str, tuple[str, int]]:
    """Form → (reading, document frequency) of documents given as body, or as (title, body)."""
    documents = []
    for number, text in enumerate(texts):
        title, body = text if isinstance(text, tuple) else ("", text)
        documents.append(document(number, body, title))
    content = analyse_documents(documents, analyzer)
    return rows(content)


def rows(content: SegmentContent) -> dict[str, tuple[str, int]]:
    occurrences = content.occurrences()
    found = form_table(content, occurrences, occurrences.posting_starts()).to_pylist()
    frequencies = [row["document_frequency"] for row in found]
    assert frequencies == sorted(frequencies, reverse=True)
    forms_ = [row["form"] for row in found]
    assert len(forms_) == len(set(forms_))
    return {row["form"]: (row["reading"], row["document_frequency"]) for row in found}


def test_a_compound_and_its_parts_are_forms_with_readings(analyzer: Analyzer) -> None:
    found = table(analyzer, "明日は東京都庁へ行く。", "東京で会う。")
    assert found["東京都庁"] == ("とうきょうとちょう", 1)
    assert found["東京"] == ("とうきょう", 2)


def test_a_form_stands_in_the_text_as_it_is_shown(analyzer: Analyzer) -> None:
    found = table(analyzer, "附属の学校でサーバを買う。", "ｻｰﾊﾞを直す。Ｇｉｔは便利だ。")
    assert {"附属", "サーバ", "Git"} <= set(found)
    assert not {"付属", "サーバー", "ｻｰﾊﾞ"} & set(found)
    assert found["サーバ"][0] == "さーば"


def test_documents_count_once_whether_title_or_body_has_the_word(analyzer: Analyzer) -> None:
    found = table(analyzer, ("契約", "契約と契約の書類"), ("契約", "別の書類"), "契約をする")
    assert found["契約"][1] == 3
    assert found["書類"][1] == 2


def test_a_words_forms_share_its_documents(analyzer: Analyzer) -> None:
    found = table(analyzer, "受付へ来る", "受付に立つ", "受け付けに並ぶ")
    assert found["受付"][1] + found.get("受け付け", ("", 0))[1] <= 3
    assert found["受付"][1] == 2


def test_what_nobody_would_choose_is_no_form(analyzer: Analyzer) -> None:
    found = table(analyzer, "それを 2026 年に食べた。! a ア する こと 電\n車")
    assert not {"2026", "食べ", "a", "ア", "する", "こと", "!", "を", "電\n車"} & set(found)


def test_places_are_right_where_normalisation_moves_characters(analyzer: Analyzer) -> None:
    found = table(analyzer, "㈱港商事の\u200b見積㌢㍍、\u3000ｶﾞｽ代と会議\u200b室。", "\u200b会議")
    assert found["会議"][1] == 2
    assert "見積" in found
    assert all("\u200b" not in form for form in found)


def test_only_the_most_frequent_words_are_kept(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "FORM_COUNT", 2)
    assert set(table(analyzer, "会議と会社と学校", "会議の会社", "会議")) == {"会議", "会社"}


def test_documents_without_words_have_no_forms(analyzer: Analyzer) -> None:
    assert table(analyzer, "。。。") == {}
    assert rows(SegmentContent()) == {}
