"""PDF files: Japanese fonts without tables of their own, pages, properties, passwords."""

import datetime

import pytest

from kotogura.documents import formats
from kotogura.documents.extracted import section_at
from kotogura.documents.limits import Budget
from kotogura.errors import (
    BrokenDocument,
    DocumentTooLarge,
    DocumentTooSlow,
    EmptyDocument,
    EncryptedDocument,
)
from tests.unit.documents.makers import locked_pdf, pdf, pdf_text

TEXT = "就業規則\n年次有給休暇は十日とする。"


def read(data, budget=None):
    return formats.read(data, "application/pdf", "規則.pdf", budget)[0]


@pytest.mark.parametrize(
    ("cmap", "codec"),
    [
        ("UniJIS-UTF16-H", "utf-16-be"),
        ("UniJIS-UCS2-H", "utf-16-be"),
        ("UniJIS2004-UTF32-H", "utf-32-be"),
        ("90ms-RKSJ-H", "cp932"),
        ("EUC-H", "euc_jp"),
    ],
)
def test_japanese_is_read_by_the_tables_that_its_font_names(cmap, codec):
    found = read(pdf([TEXT], cmap, codec))
    assert found.body == TEXT
    assert found.title == "就業規則"


def test_each_page_is_a_section():
    found = read(pdf(["一頁目の文。", "二頁目の文。"]))
    assert [section.page for section in found.sections] == [1, 2]
    assert section_at(found.sections, found.body.index("二頁目")).page == 2


def test_lines_that_the_width_parted_are_joined():
    long = "本規程は、出張する社員の旅費の支給について必要な事項を定めること"
    found = read(pdf([f"{long}\nを目的とする。\n第二条 用語"]))
    assert found.body == f"{long}を目的とする。\n第二条 用語"


def test_properties_are_title_author_and_dates():
    told = (
        pdf_text("Title", "Microsoft Word - 旅費規程.docx")
        + pdf_text("Author", "港 花子")
        + pdf_text("Keywords", "旅費、出張")
        + b"/CreationDate(D:20260401090000+09'00')/ModDate(D:2026)"
    )
    found = read(pdf([TEXT], properties=told))
    assert found.title == "旅費規程"
    assert found.metadata == {
        "author": ["港 花子"],
        "keywords": ["旅費", "出張"],
        "created": [datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)],
        "modified": [datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)],
    }


def test_a_password_to_open_it_is_asked_to_be_taken_off():
    with pytest.raises(EncryptedDocument, match="without one"):
        read(locked_pdf(pdf([TEXT]), "合言葉"))


def test_a_password_to_change_it_hinders_nobody_from_reading():
    assert read(locked_pdf(pdf([TEXT]), "")).body == TEXT


@pytest.mark.parametrize("cut", [0.3, 0.6])
def test_a_file_that_is_cut_off_is_broken(cut):
    data = pdf([TEXT])
    with pytest.raises(BrokenDocument, match=r"\.pdf file"):
        read(data[: int(len(data) * cut)])


def test_a_page_without_text_wants_its_text_recognised():
    with pytest.raises(EmptyDocument, match="OCR"):
        read(pdf([""]))


def test_a_file_of_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr("kotogura.documents.pdf.PAGE_LIMIT", 2)
    with pytest.raises(DocumentTooLarge, match="split"):
        read(pdf(["一", "二", "三"]))


def test_the_time_is_looked_at_before_each_page():
    clock = iter(range(100)).__next__
    with pytest.raises(DocumentTooSlow):
        read(pdf(["頁"] * 9), Budget(seconds=5, clock=clock))
