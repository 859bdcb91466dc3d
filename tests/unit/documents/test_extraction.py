"""Limits of what is read, and what an extracted document holds."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from kotogura.documents.changes import parse_event
from kotogura.documents.extracted import ExtractedDocument, staged_name
from kotogura.documents.extraction import DOCUMENT_LIMIT_BYTES, check_admissible, extract
from kotogura.documents.identity import document_id
from kotogura.documents.limits import CHARACTERS
from kotogura.errors import (
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    InvalidDocumentName,
    UndecodableText,
    UnsupportedDocument,
)
from tests.unit.documents.bucket import CREATED


def named(name):
    return replace(parse_event(CREATED), name=name, document_id=document_id(name))


def test_an_extracted_document_says_whose_and_which_version_it_is():
    change = named("rules/旅費.md")
    data = "# 旅費規程\r\n\r\n日当は二千円。".encode()
    assert extract(change, data) == ExtractedDocument(
        document_id=change.document_id,
        name="rules/旅費.md",
        version=change.sequencer,
        title="旅費規程",
        body="日当は二千円。",
        media_type="text/markdown",
        encoding="utf-8",
        size_bytes=len(data),
    )


def test_an_extracted_document_comes_back_from_its_staged_form():
    document = extract(named("a.txt"), ("題\n\x00本文\x7f 😀𠮷" + "。" * 200).encode())
    assert ExtractedDocument.model_validate_json(document.model_dump_json()) == document


def test_an_extracted_document_neither_changes_nor_holds_more():
    document = extract(named("a.txt"), b"text")
    with pytest.raises(ValidationError):
        document.title = "別"
    with pytest.raises(ValidationError):
        ExtractedDocument(**document.model_dump(), author="x")


def test_a_staged_name_tells_documents_versions_and_writings_apart():
    names = {
        staged_name(one, other, writing)
        for one in ("a", "b")
        for other in ("01", "02")
        for writing in ("5f", "60")
    }
    assert len(names) == 8
    assert all(name.startswith("staging/") for name in names)


@pytest.mark.parametrize("label", ["Shift_JIS", "x-sjis", "Windows-31J", "shift-jis"])
def test_a_page_that_declares_shift_jis_is_read_as_windows_writes_it(label):
    text = f'<meta charset="{label}"><title>①㈱みなと～</title><p>髙橋</p>'
    document = extract(named("a.html"), text.encode("cp932"))
    assert (document.title, document.body) == ("①㈱みなと～", "髙橋")
    assert document.encoding == "cp932"


def test_a_page_that_declares_euc_jp_is_read_so():
    text = '<meta charset="EUC-JP"><p>ｱｲ休暇</p>'
    document = extract(named("a.html"), text.encode("euc_jp"))
    assert (document.body, document.encoding) == ("ｱｲ休暇", "euc_jis_2004")


@pytest.mark.parametrize("label", ["iso-8859-1", "Shift_JIS", "euc-jp", "utf-16", "nonsense"])
def test_a_page_in_utf_8_is_read_so_whatever_it_declares(label):
    text = f'<meta charset="{label}"><p>休暇は年に十日です。</p>'
    document = extract(named("a.html"), text.encode())
    assert (document.body, document.encoding) == ("休暇は年に十日です。", "utf-8")


def test_a_byte_order_mark_outweighs_what_a_page_declares():
    text = '<meta charset="Shift_JIS"><h1>題</h1><p>本文</p>'
    document = extract(named("a.html"), text.encode("utf-16"))
    assert (document.title, document.body) == ("題", "本文")


def test_a_binary_file_under_a_pages_name_is_refused_whatever_it_declares():
    with pytest.raises(UndecodableText):
        extract(named("a.html"), b'<meta charset="windows-1252">' + bytes(range(256)) * 4)


def test_a_character_reference_to_half_a_character_can_be_stored():
    document = extract(named("a.html"), b"<p>a&#xD800;b&#56320;</p>")
    assert document.model_dump_json().encode()


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \n\t", "　\n".encode(), b"\xff\xfe"])
def test_a_text_without_words_is_empty(data):
    with pytest.raises(EmptyDocument):
        extract(named("a.txt"), data)


@pytest.mark.parametrize(
    "text", ["<html></html>", "<p>&nbsp;</p>", "<script>秘密</script>", "<title>題だけ</title>"]
)
def test_a_page_that_shows_no_words_is_empty(text):
    with pytest.raises(EmptyDocument):
        extract(named("a.html"), text.encode())


@pytest.mark.parametrize("text", ["", "\n\n", "![](a.png)", "<!-- 秘密 -->"])
def test_a_markdown_file_that_shows_no_words_is_empty(text):
    with pytest.raises(EmptyDocument):
        extract(named("a.md"), text.encode())


def test_a_text_is_admitted_up_to_its_greatest_length():
    assert len(extract(named("a.txt"), b"a" * CHARACTERS).body) == CHARACTERS
    with pytest.raises(DocumentTooLarge, match="2,000,000 characters; split it"):
        extract(named("a.txt"), b"a" * (CHARACTERS + 1))


def test_a_document_is_admitted_up_to_its_largest_size():
    assert check_admissible("a.txt", DOCUMENT_LIMIT_BYTES) == "text/plain"
    with pytest.raises(DocumentTooLarge) as refused:
        check_admissible("a.txt", DOCUMENT_LIMIT_BYTES + 1)
    assert "20,000,001" in refused.value.detail
    assert "split" in refused.value.detail


@pytest.mark.parametrize(
    ("name", "size_bytes", "error"),
    [
        ("a\x00.txt", 1, InvalidDocumentName),
        ("長" * 300 + ".txt", 1, InvalidDocumentName),
        ("a.exe", 1, UnsupportedDocument),
        ("a.exe", DOCUMENT_LIMIT_BYTES + 1, UnsupportedDocument),
        ("a.txt", 0, EmptyDocument),
    ],
)
def test_a_document_that_can_not_be_read_is_known_before_it_is(name, size_bytes, error):
    with pytest.raises(error):
        check_admissible(name, size_bytes)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "極秘".encode("cp932") + b"\xff"),
        ("a.html", b"<script>secret</script>"),
        ("secret\n.txt", b"secret"),
        ("secret.exe", b"secret"),
        ("a.txt", b"secret" + bytes(200)),
    ],
)
def test_no_refusal_repeats_what_the_document_or_its_name_says(name, data):
    with pytest.raises(DocumentError) as refused:
        extract(named(name), data)
    assert "secret" not in refused.value.detail
    assert "極秘" not in refused.value.detail
    assert refused.value.detail.isprintable()
