"""Word documents: titles, headings, tables, and what is not seen."""

import datetime

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from kotogura.documents import formats
from kotogura.documents.extracted import section_at
from tests.unit.documents.makers import replaced, saved, word

TYPE = formats.format_of("a.docx")


def read(data):
    return formats.read(data, TYPE, "規程.docx")[0]


def test_the_title_is_the_paragraph_in_its_style_and_not_in_the_body():
    found = read(word(("旅費規程", "Title"), "第一条 目的", "第二条 範囲"))
    assert (found.title, found.body) == ("旅費規程", "第一条 目的\n第二条 範囲")


def test_a_file_of_a_title_alone_is_a_text():
    assert read(word(("旅費規程", "Title"))).body == "旅費規程"


def test_without_one_the_first_heading_is_the_title_and_stays_in_the_body():
    found = read(word(("総則", "Heading 1"), "本規程は旅費を定める。"))
    assert (found.title, found.body) == ("総則", "総則\n本規程は旅費を定める。")


def test_headings_are_sections():
    found = read(word("前文", ("第一章", "Heading 1"), "文。", ("第一節", "Heading 2"), "細目。"))
    assert [section.heading for section in found.sections] == ["第一章", "第一節"]
    assert section_at(found.sections, found.body.index("細目")).heading == "第一節"
    assert section_at(found.sections, 0) is None


def test_a_tables_row_is_a_line_and_stands_where_it_stood():
    data = word("前", rows=[["区分", "日当"], ["部長", "三千円"], ["", "二千円"]])
    assert read(data).body == "前\n区分\t日当\n部長\t三千円\n二千円"


def test_properties_are_author_dates_and_keywords():
    document = docx.Document()
    document.add_paragraph("文。")
    properties = document.core_properties
    properties.title, properties.author = "覚書", "港 花子"
    properties.keywords = "契約, 覚書"
    properties.created = properties.modified = datetime.datetime(2026, 4, 1, 9)  # noqa: DTZ001
    found = read(saved(document))
    assert found.title == "覚書"
    assert found.metadata["author"] == ["港 花子"]
    assert found.metadata["keywords"] == ["契約", "覚書"]
    assert found.metadata["created"] == [datetime.datetime(2026, 4, 1, 9, tzinfo=datetime.UTC)]


@pytest.mark.parametrize(
    ("inner", "body"),
    [
        ("<w:r><w:t>検索</w:t></w:r><w:del><w:r><w:delText>消</w:delText></w:r></w:del>", "検索"),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>くら</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>蔵</w:t></w:r>"  # noqa: ISC004
            "</w:rubyBase></w:ruby></w:r><w:r><w:t>で</w:t></w:r>",
            "蔵で",
        ),
        ("<w:r><w:t>左</w:t><w:tab/><w:t>右</w:t></w:r>", "左 右"),
        ("<w:hyperlink><w:r><w:t>社内規程</w:t></w:r></w:hyperlink>", "社内規程"),
        ("<w:ins><w:r><w:t>加えた文</w:t></w:r></w:ins>", "加えた文"),
    ],
)
def test_what_a_reader_sees_is_read(inner, body):
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    assert read(saved(document)).body == body


def test_a_text_box_is_read_once():
    box = (
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r>'
        "<w:t>外</w:t><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>箱の中</w:t>"
        "</w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r>"
        "<w:t>箱の中</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>"
        "</w:r></w:p>"
    )
    data = replaced(word("終わり。"), "word/document.xml", b"<w:body>", f"<w:body>{box}".encode())
    assert read(data).body == "外\n箱の中\n終わり。"
