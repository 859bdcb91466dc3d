"""CSV, TSV, JSON and JSON Lines: what is text, what is a field, and where a line stood."""

import datetime

import pytest

from kotogura.documents.extracted import section_at
from kotogura.documents.formats import format_of, read


def found(name, text):
    return read(text.encode(), format_of(name), name)[0]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_cells_are_parted_by_what_the_first_line_has_most_of(mark):
    text = f'氏名{mark}部署{mark}"役,職;"\n港花子{mark}総務{mark}"部\n長"\n'
    assert found("表.csv", text).body == "氏名\t部署\t役,職;\n港花子\t総務\t部 長"


def test_tabs_part_the_cells_of_a_tsv_whatever_else_there_is():
    assert found("表.tsv", "a,b,c\td\r\n一\t二\r\n").body == "a,b,c\td\n一\t二"


def test_a_tables_title_is_its_files_stem():
    assert found("x/価格表.csv", "品名,円\n").title == "価格表"


def test_a_json_objects_short_values_are_fields_and_its_texts_the_body():
    text = """{"title": "議事録", "body": "予算を決めた。", "date": "2026-04-01",
    "tags": ["総務", "予算"], "members": [{"name": "港"}], "count": 3, "open": true}"""
    document = found("a.json", text)
    assert document.title == "議事録"
    assert document.body == "予算を決めた。\n2026-04-01\n総務\n予算\n港\n3"
    assert document.metadata == {
        "date": [datetime.date(2026, 4, 1)],
        "tag": ["総務", "予算"],
        "count": [3],
        "open": [True],
    }


def test_tags_and_a_tag_of_one_json_object_are_one_field():
    assert found("a.json", '{"tags": ["総務"], "tag": "予算"}').metadata["tag"] == ["総務", "予算"]


def test_a_json_file_of_a_title_alone_is_a_text():
    assert found("a.json", '{"title": "議事録"}').body == "議事録"


def test_any_json_value_is_read():
    assert found("a.json", '["一", [2, null], {"三": "参"}]').body == "一\n2\n参"


def test_a_pages_headings_are_sections_and_its_meta_elements_fields():
    page = """<html lang="ja"><head><meta name="author" content="港 花子">
    <meta name="keywords" content="旅費、出張"><meta property="article:published_time"
    content="2026-04-01T09:00:00+09:00"></head><body><h1>規程</h1><ul><li>細目</ul>
    <p>前文。</p><h2>細目</h2><p>日当。</p></body></html>"""
    document = found("a.html", page)
    assert document.title == "規程"
    assert document.body.split() == ["細目", "前文。", "細目", "日当。"]
    assert section_at(document.sections, document.body.index("前文")) is None
    assert section_at(document.sections, document.body.index("日当")).heading == "細目"
    assert [document.body[one.start :][:2] for one in document.sections] == ["細目"]
    assert document.metadata == {
        "language": ["ja"],
        "author": ["港 花子"],
        "keywords": ["旅費", "出張"],
        "created": [datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)],
    }
