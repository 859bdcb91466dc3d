"""Files made to harm, and files that came to harm: each is a document or a reason, never more."""

import io
import struct
import zipfile
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents import archives, formats
from kotogura.documents.extracted import ExtractedDocument
from kotogura.documents.extraction import extract
from kotogura.documents.limits import Budget, reading
from kotogura.errors import (
    BrokenDocument,
    DocumentBomb,
    DocumentError,
    DocumentTooLarge,
    DocumentTooSlow,
    EncryptedDocument,
    UnsupportedDocument,
)
from tests.unit.documents.makers import excel, locked_pdf, pdf, powerpoint, replaced, word
from tests.unit.documents.test_extraction import named

SOUND = {
    "規程.pdf": pdf(["就業規則\n年次有給休暇は十日とする。"]),
    "規程.docx": word(("総則", "Heading 1"), "本規程は旅費を定める。", rows=[["一", "二"]]),
    "台帳.xlsx": excel({"社員": [["氏名", "部署"], ["港花子", "総務"]]}),
    "計画.pptx": powerpoint(("事業計画", "売上を伸ばす", "間を置く")),
    "頁.html": "<h1>規程</h1><p>本文。</p><h2>細目</h2>文。".encode(),
    "文.md": "# 規程\n\n本文。\n\n## 細目\n\n- 一\n".encode(),
    "表.csv": "氏名,部署\n港花子,総務\n".encode(),
    "値.json": '{"title": "規程", "本文": ["一", {"二": 3}]}'.encode(),
    "文.txt": "規程\n本文。".encode(),
}
OFFICE = [name for name in SOUND if PurePosixPath(name).suffix in (".docx", ".xlsx", ".pptx")]
MAIN = {"規程.docx": "word/document.xml", "台帳.xlsx": "xl/workbook.xml",
        "計画.pptx": "ppt/presentation.xml"}  # fmt: skip
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def read(name, data):
    return extract(named(name), data)


@pytest.mark.parametrize("name", SOUND)
def test_the_sound_files_of_these_tests_are_documents(name):
    document = read(name, SOUND[name])
    assert document.body
    assert ExtractedDocument.model_validate_json(document.model_dump_json()) == document


@pytest.mark.parametrize("name", OFFICE)
def test_an_encrypted_office_file_needs_its_password_taken_off(name):
    data = COMPOUND + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    with pytest.raises(EncryptedDocument, match="without one"):
        read(name, data)


@pytest.mark.parametrize("name", OFFICE)
def test_an_old_file_under_a_new_name_is_to_be_saved_anew(name):
    with pytest.raises(UnsupportedDocument, match="save it as"):
        read(name, COMPOUND + bytes(100))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("a.doc", ".docx"), ("a.XLS", ".xlsx"), ("a.ppt", ".pptx"), ("a.odt", ".docx")],
)
def test_older_formats_name_the_one_to_save_as(name, remedy):
    with pytest.raises(UnsupportedDocument, match=f"save the file as {remedy}"):
        read(name, b"x")


def test_a_locked_part_of_an_archive_needs_its_password_taken_off():
    data = bytearray(SOUND["台帳.xlsx"])
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(EncryptedDocument):
        read("台帳.xlsx", bytes(data))


@pytest.mark.parametrize("name", OFFICE)
def test_a_part_that_unpacks_to_far_more_is_a_bomb(name):
    blanks = b" " * 4_000_000
    data = replaced(SOUND[name], MAIN[name], b">", blanks + b">")
    with pytest.raises(DocumentBomb, match="far more"):
        read(name, data)


@pytest.mark.parametrize("name", OFFICE)
def test_a_file_that_unpacks_to_too_much_is_a_bomb(name, monkeypatch):
    monkeypatch.setattr(archives, "UNPACKED_LIMIT_BYTES", 2_000)
    with pytest.raises(DocumentBomb, match="unpacks"):
        read(name, SOUND[name])


@pytest.mark.parametrize("name", ["規程.docx", "計画.pptx"])
def test_a_part_that_is_read_as_a_whole_has_a_limit_of_its_own(name, monkeypatch):
    monkeypatch.setattr(archives, "XML_LIMIT_BYTES", 500)
    with pytest.raises(DocumentBomb, match="a part"):
        read(name, SOUND[name])


def test_a_sheet_is_read_piece_by_piece_and_has_none(monkeypatch):
    monkeypatch.setattr(archives, "XML_LIMIT_BYTES", 100_000)
    rows = [[f"社員{number}", "総務"] for number in range(5_000)]
    assert "社員4999" in read("台帳.xlsx", excel({"社員": rows})).body


def test_an_archive_of_too_many_parts_is_a_bomb():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}", b"")
    with pytest.raises(DocumentBomb, match="parts"):
        read("a.docx", written.getvalue())


@pytest.mark.parametrize("name", OFFICE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_are_read(name, encoding):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ああああああああああ">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
    ).encode(encoding)
    written = io.BytesIO(SOUND[name])
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("custom/item.xml", bomb)
    with pytest.raises(DocumentBomb, match="entities"):
        read(name, written.getvalue())


def test_a_directory_that_lies_about_a_size_is_found_out():
    data = bytearray(SOUND["規程.docx"])
    place = data.index(b"PK\x01\x02")
    size = struct.unpack_from("<L", data, place + 24)[0]
    struct.pack_into("<L", data, place + 24, size - 10)
    with pytest.raises(BrokenDocument):
        read("規程.docx", bytes(data))


def test_xml_nested_a_hundred_thousand_deep_is_broken():
    deep = b"<w:p>" * 100_000 + b"</w:p>" * 100_000
    data = replaced(SOUND["規程.docx"], "word/document.xml", b"<w:body>", b"<w:body>" + deep)
    with pytest.raises((BrokenDocument, DocumentBomb)):
        read("規程.docx", data)


def test_json_nested_deeply_is_told_so():
    with pytest.raises(BrokenDocument, match="flatter"):
        read("a.json", b"[" * 1_000_000 + b"]" * 1_000_000)


def test_json_that_is_none_tells_the_line():
    with pytest.raises(BrokenDocument, match="line 2 is not JSON at column 5"):
        read("a.json", b'{\n"a" 1}')


def test_half_a_character_in_json_becomes_a_mark():
    document = read("a.json", b'{"title": "\\ud83d", "a": "\\ude00 x"}')
    assert (document.title, document.body) == ("\ufffd", "\ufffd x")
    assert ExtractedDocument.model_validate_json(document.model_dump_json()) == document


def test_a_table_without_an_end_to_its_quotes_is_told_so():
    with pytest.raises(BrokenDocument, match="quote"):
        read("a.csv", b'a,"' + b"x" * 200_000)


def test_too_much_text_is_refused():
    with pytest.raises(DocumentTooLarge, match="longer"):
        formats.read("あ。".encode() * 100, "text/plain", "a.txt", Budget(characters=50))


def test_what_a_library_lacks_memory_for_is_a_bomb():
    with pytest.raises(DocumentBomb, match="memory"), reading(".docx file"):
        raise MemoryError


def test_what_is_refused_for_its_time_is_not_called_broken():
    with pytest.raises(DocumentTooSlow), reading(".docx file"):
        raise DocumentTooSlow


NAMES = st.sampled_from([*SOUND, "表.tsv"])


@given(NAMES, st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_under_any_name_are_a_document_or_a_reason(name, data):
    _document_or_reason(name, data)


@given(st.sampled_from(list(SOUND)), st.data())
@settings(max_examples=150, deadline=None)
def test_a_sound_file_with_harm_done_to_it_is_a_document_or_a_reason(name, data):
    harmed = bytearray(SOUND[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(harmed) - 1))
        harmed[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 3))
    _document_or_reason(name, bytes(harmed[: len(harmed) // 2] if cut == 0 else harmed))


def test_a_locked_file_with_harm_done_to_it_is_a_reason():
    data = bytearray(locked_pdf(SOUND["規程.pdf"], "合言葉"))
    for place in range(0, len(data), 97):
        harmed = bytearray(data)
        harmed[place] ^= 0xFF
        _document_or_reason("規程.pdf", bytes(harmed))


def _document_or_reason(name, data):
    try:
        document = read(name, data)
    except DocumentError:
        return
    assert ExtractedDocument.model_validate_json(document.model_dump_json()) == document
