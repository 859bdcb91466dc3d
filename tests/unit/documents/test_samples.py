"""Every sample document of both tenants can be read."""

import re
from pathlib import Path

import pytest

from kotogura.documents.changes import OLDEST, DocumentChange
from kotogura.documents.extraction import extract
from kotogura.documents.identity import document_id
from kotogura.tenants.identity import TenantId
from tests.unit.documents.bucket import ROOT

SAMPLES = ROOT / "samples"
FILES = sorted(path for path in SAMPLES.glob("*/**/*") if path.is_file())
PAGES = [path for path in FILES if path.suffix == ".html"]
UNSPOKEN = re.compile(r"<(script|style)[^>]*>(.*?)</\1>", re.DOTALL)
SHIFT_JIS = SAMPLES / "minato-shoji/rules/旅費規程.txt"


def identity(path: Path) -> str:
    return str(path.relative_to(SAMPLES))


def extracted(path: Path):
    tenant, _, name = identity(path).partition("/")
    data = path.read_bytes()
    change = DocumentChange(
        TenantId(tenant), name, document_id(name), "created", OLDEST, None, len(data)
    )
    return extract(change, data)


def test_there_are_some_twenty_samples_of_each_tenant():
    counts = [len(list(tenant.glob("**/*.*"))) for tenant in SAMPLES.iterdir() if tenant.is_dir()]
    assert sorted(counts) == [21, 21]


@pytest.mark.parametrize("path", FILES, ids=identity)
def test_a_sample_has_a_title_and_a_body_in_japanese(path):
    document = extracted(path)
    assert re.search("[ぁ-んァ-ヶ一-龠]", document.title)
    assert 3 <= len(document.title) <= 60
    assert not set(document.title) & set("<>#|\n\t")
    assert len(document.body) > 300
    assert document.title not in document.body.split("\n")
    assert "\ufffd" not in document.body
    assert "\r" not in document.body


@pytest.mark.parametrize("path", FILES, ids=identity)
def test_one_sample_is_in_shift_jis_and_all_others_are_in_utf_8(path):
    assert extracted(path).encoding == ("cp932" if path == SHIFT_JIS else "utf-8")


def test_the_sample_in_shift_jis_holds_what_only_windows_writes():
    document = extracted(SHIFT_JIS)
    assert document.title == "旅費規程"
    assert {"①", "㈱", "～"} <= set(document.body)


@pytest.mark.parametrize("path", PAGES, ids=identity)
def test_no_markup_and_nothing_of_scripts_and_styles_is_in_a_pages_body(path):
    markup = path.read_text("utf-8")
    body = extracted(path).body
    assert not re.search(r"</?[a-z]+[ >]|&[a-z]+;|<!", body)
    hidden = "\n".join(text for _, text in UNSPOKEN.findall(markup))
    shown = UNSPOKEN.sub("", markup)
    words = set(re.findall(r"[ぁ-んァ-ヶー一-龠]{3,}|[A-Za-z-]{6,}", hidden))
    assert words
    assert [word for word in words if word in body and word not in shown] == []
    assert "function" not in body
    assert "ダイアログ" not in body


@pytest.mark.parametrize("path", PAGES, ids=identity)
def test_a_pages_title_is_its_first_heading(path):
    heading = re.search(r"<h1>(.*?)</h1>", path.read_text("utf-8"))[1].replace("&amp;", "&")
    assert extracted(path).title == heading


@pytest.mark.parametrize("path", PAGES, ids=identity)
def test_the_cells_of_a_pages_tables_are_in_its_body(path):
    body = extracted(path).body
    cells = re.findall(r"<t[dh][^>]*>([^<&]+)</t[dh]>", path.read_text("utf-8"))
    assert cells
    assert [cell for cell in cells if cell not in body] == []


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".md"], ids=identity)
def test_a_markdown_samples_marks_are_not_in_its_body(path):
    body = extracted(path).body
    assert not re.search(r"^#+ |^\|[ -]|\*\*|^```|\]\(", body, re.M)
