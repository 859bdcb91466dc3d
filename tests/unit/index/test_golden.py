"""What earlier releases wrote stays readable for ever; see `tests/golden/README.md`."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kotogura.index.changes import ManifestPointer
from kotogura.index.manifest import FORMAT_VERSION, model_manifest_name
from kotogura.platform.folder import FolderFiles
from kotogura.search.bm25 import Bm25Settings
from kotogura.search.service import SearchService
from tests.golden import library as golden
from tests.memory.library import Library

FOLDER = Path(golden.__file__).parent
VERSIONS = sorted(path.name for path in FOLDER.glob("v*"))


@pytest.fixture(params=VERSIONS)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    """A copy of what a release wrote, opened by this one."""
    shutil.copytree(FOLDER / request.param, tmp_path / "store")
    library = Library(tmp_path, golden.TENANT, golden.ANALYZER, golden.SYNONYMS, sequence=100)
    files = FolderFiles(tmp_path / "store")
    files.write(
        golden.TENANT, model_manifest_name(golden.MODEL), b"{}"
    )  # the model is no part of it
    return library.over(files, pointer_of(request.param))


def pointer_of(version: str) -> ManifestPointer:
    text = (FOLDER / version / golden.POINTER).read_text(encoding="utf-8")
    return ManifestPointer.model_validate_json(text)


def test_every_format_has_its_golden_files() -> None:
    assert [f"v{number}" for number in range(1, FORMAT_VERSION + 1)] == VERSIONS


def test_a_stored_manifest_is_read(stored: Library) -> None:
    manifest = stored.manifest
    assert (manifest.generation, manifest.content_generation) == (8, 8)
    assert manifest.analyzer == golden.ANALYZER.fingerprint
    assert (manifest.document_count, len(manifest.history)) == (3, 7)
    assert (manifest.field_length("title"), manifest.field_length("body")) == (7, 34)
    assert [segment.tombstones for segment in manifest.segments] == [(2,), ()]
    assert manifest.model is not None
    assert (manifest.model.digest, manifest.model.content_generation) == (golden.MODEL, 6)


def test_stored_files_are_what_their_manifest_says(stored: Library) -> None:
    for entry in stored.manifest.file_entries():
        data = stored.files.read(stored.tenant, entry.name)
        assert len(data) == entry.size_bytes
        assert hashlib.sha256(data).hexdigest() == entry.sha256


def test_a_stored_index_is_searched_by_word(stored: Library) -> None:
    settings = Bm25Settings(k1=1.2, b=0.75, field_weights={"title": 2.0, "body": 1.0})
    service = SearchService(stored.service()._opened, stored.words, settings, rescoring=None)
    answer = service.search(stored.tenant, "休暇 申請", "words")
    assert [(hit.name, hit.title, hit.score, hit.snippet.highlights) for hit in answer.hits] == [
        ("規程/休暇.txt", "休暇 規程", 0.619958, [(0, 2), (13, 15), (20, 22)]),
        ("規程/車両.txt", "車両 規程", 0.231386, [(15, 17)]),
        ("手引/駐車.txt", "駐車 の 手引", 0.203245, [(20, 22)]),
    ]
    assert answer.hits[0].snippet.text == golden.DOCUMENTS[0][2]
    assert stored.found("消える") == set()


def test_stored_metadata_is_read_where_there_is_any(stored: Library) -> None:
    reader = stored.reader()
    numbers = np.flatnonzero(reader.live).tolist()
    names = {number: one.name for number, one in reader.documents(numbers).items()}
    found = reader.metadata.of_documents(numbers)
    described = golden.METADATA if stored.manifest.format_version >= 2 else {}
    assert {names[number]: one for number, one in found.items() if one} == {
        name: metadata for name, metadata in described.items() if name in names.values()
    }
    assert reader.metadata.fact("name").texts == tuple(sorted(names.values()))


def test_a_stored_index_is_searched_by_meaning(stored: Library) -> None:
    answer = stored.service().search(stored.tenant, "自動車", "meaning")
    assert {hit.name for hit in answer.hits[:2]} == {"規程/車両.txt", "手引/駐車.txt"}
    words = stored.service().similar_words(stored.tenant, "自動車", limit=2)
    assert {hit.word for hit in words.hits} == {"クルマ", "車両"}


def test_a_stored_index_goes_on(stored: Library) -> None:
    stored.upload("規程/休暇.txt", "新しい 休暇 の 決まり。", "休暇")
    stored.upload("新しい.txt", "あとから 来た 文書。")
    assert stored.manifest.generation == 10
    assert stored.found("申請") == {"規程/車両.txt"}
    assert stored.compact() == 4
    assert stored.found("休暇") == {"規程/休暇.txt", "手引/駐車.txt"}
    assert stored.found("あとから") == {"新しい.txt"}


def test_this_release_writes_what_the_newest_golden_files_hold(tmp_path: Path) -> None:
    made = golden.make(tmp_path)
    store = FolderFiles(FOLDER / f"v{FORMAT_VERSION}")
    assert made.manifest.history
    stored = made.over(store, pointer_of(VERSIONS[-1]))
    pairs = zip(made.manifest.segments, stored.manifest.segments, strict=True)
    for new, old in pairs:
        assert set(new.files) == set(old.files)
        assert set(new.vectors) == set(old.vectors)
        entries = [(new.files[kind], old.files[kind]) for kind in new.files]
        entries += [(new.vectors[digest], old.vectors[digest]) for digest in new.vectors]
        for one, other in entries:
            written = table_of(made.files.path(golden.TENANT, one.name))
            golden_table = table_of(store.path(golden.TENANT, other.name))
            assert written.equals(golden_table, check_metadata=True)


def table_of(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as file:
        return file.read_all()
