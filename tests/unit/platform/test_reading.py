"""Files read in a process of their own: what comes back, and what becomes of those that harm it."""

import os
import signal
import sys
import threading
import zlib

import pytest

from kotogura.documents import formats
from kotogura.errors import (
    BrokenDocument,
    DocumentTooSlow,
    EncryptedDocument,
    UndecodableText,
)
from kotogura.platform.reading import ReadingProcess
from tests.unit.documents.makers import excel, locked_pdf, pdf, pdf_text, powerpoint, word

PDF = formats.format_of("a.pdf")


@pytest.fixture
def start():
    """Return what makes readers, which end with the test."""
    made = []

    def make(**arguments):
        made.append(ReadingProcess(**arguments))
        return made[-1]

    yield make
    for reader in made:
        reader.close()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", pdf(["一頁", "二頁"], properties=pdf_text("Author", "港") + b"/ModDate(D:2026)")),
        ("a.docx", word(("総則", "Heading 1"), "文。", rows=[["一", "二"]])),
        ("a.xlsx", excel({"表": [["一", 2]]})),
        ("a.pptx", powerpoint(("題", "文", "覚え"))),
        ("a.txt", "題\n文。".encode("cp932")),
    ],
)
def test_what_is_found_is_the_same_as_in_one_process(start, name, data):
    media_type = formats.format_of(name)
    assert start()(data, media_type, name) == formats.read(data, media_type, name)


def test_refusals_come_back_as_they_are_and_the_process_goes_on(start):
    read = start()
    with pytest.raises(EncryptedDocument, match="without one"):
        read(locked_pdf(pdf(["一行目"]), "合言葉"), PDF, "a.pdf")
    with pytest.raises(BrokenDocument, match=r"\.pdf file"):
        read(b"%PDF-1.7", PDF, "a.pdf")
    with pytest.raises(UndecodableText):
        read(b"\xff\xff", "text/plain", "a.txt")
    process = read._process
    assert read(pdf(["一行目"]), PDF, "a.pdf")[0].body == "一行目"
    assert read._process is process


def test_a_file_that_takes_too_long_is_ended_and_the_next_one_read(start):
    read = start(seconds=0)
    with pytest.raises(DocumentTooSlow, match="too long"):
        read(pdf(["一行目"]), PDF, "a.pdf")
    assert read._process is None


def test_a_file_that_brings_the_process_down_is_its_own_fault(start):
    read = start(command=(sys.executable, "-c", "import os; os._exit(3)"))
    with pytest.raises(BrokenDocument, match="damaged"):
        read(pdf(["一行目"]) + bytes(1_000_000), PDF, "a.pdf")


def test_a_process_that_ended_meanwhile_is_started_again(start):
    read = start()
    read(pdf(["一行目"]), PDF, "a.pdf")
    os.kill(read._process.pid, signal.SIGKILL)
    read._process.wait()
    assert read(pdf(["二行目"]), PDF, "a.pdf")[0].body == "二行目"


def test_the_process_knows_no_credentials(start, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    program = (
        "import json, os, sys; sys.stdin.buffer.readline();"
        "print(json.dumps({'error': 'BrokenDocument', 'detail': ' '.join(sorted(os.environ))}))"
    )
    with pytest.raises(BrokenDocument) as told:
        start(command=(sys.executable, "-c", program))(b"", PDF, "a.pdf")
    assert "PYTHONPATH" in told.value.detail
    assert "AWS" not in told.value.detail


def test_a_stream_that_unpacks_to_more_than_the_memory_is_a_reason(start):
    packer = zlib.compressobj(9)
    block = b" " * 1_000_000
    packed = b"".join(packer.compress(block) for _ in range(150)) + packer.flush()
    stream = f"<</Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed
    data = pdf(["文"])
    old = data[data.index(b"7 0 obj") : data.index(b"endobj", data.index(b"7 0 obj"))]
    data = data.replace(old, b"7 0 obj\n" + stream + b"\nendstream\n")
    read = start(memory_bytes=150_000_000)
    with pytest.raises(BrokenDocument, match="memory"):
        read(data, PDF, "a.pdf")
    assert read(pdf(["次の文"]), PDF, "a.pdf")[0].body == "次の文"


def test_a_file_read_at_the_last_moment_is_not_the_next_ones_fault(start, monkeypatch):
    class AtTheLastMoment(threading.Timer):
        """Fires while it is being cancelled, after the answer has come."""

        def cancel(self):
            self.function()
            super().cancel()

    read = start()
    monkeypatch.setattr("kotogura.platform.reading.Timer", AtTheLastMoment)
    first = read(pdf(["一行目"]), PDF, "a.pdf")
    assert read._process is None, "a process that was ended must not get the next file"
    assert read(pdf(["一行目"]), PDF, "a.pdf") == first
