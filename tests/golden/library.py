"""The library that golden files hold, written by whatever release runs this."""

import datetime
import sys
from pathlib import Path

from kotogura.documents.metadata_values import MetadataValue
from kotogura.platform.folder import FolderFiles
from kotogura.tenants.identity import TenantId
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library

TENANT = TenantId("golden-tenant")
ANALYZER = WordAnalyzer("601de00000000001")
MODEL = "9" * 64
SYNONYMS = {"クルマ": "自動車", "車両": "自動車"}
POINTER = "pointer.json"

DOCUMENTS = [
    ("規程/休暇.txt", "休暇 規程", "休暇 は 前日 まで に 申請 する。 申請 は 上長 が 承認 する。"),
    ("規程/車両.txt", "車両 規程", "社用 の 車両 は 総務 に 申請 して 借りる。"),
    ("古い/お知らせ.txt", "お知らせ", "この 文書 は すぐ に 消える。"),
    ("手引/駐車.txt", "駐車 の 手引", "クルマ は 北 の 駐車場 に 置く。 休暇 の 日 は 置かない。"),
]

METADATA: dict[str, dict[str, list[MetadataValue]]] = {
    "規程/休暇.txt": {
        "tag": ["規程", "人事"],
        "date": [datetime.date(2026, 4, 1)],
        "revision": [3],
        "approved": [True],
        "checked": [datetime.datetime(2026, 4, 2, 9, 30, tzinfo=datetime.UTC)],
    },
    "手引/駐車.txt": {"tag": ["手引"], "revision": [1.5]},
}


def fill(library: Library) -> None:
    """Two merged documents and two alone, one of each removed or replaced, and a model."""
    library.described = METADATA
    for name, title, body in DOCUMENTS[:3]:
        library.upload(name, body, title)
    library.compact()
    library.upload(*[DOCUMENTS[3][0], "まだ 何も ない。", "下書き"])
    library.upload(DOCUMENTS[3][0], DOCUMENTS[3][2], DOCUMENTS[3][1])
    library.promote(MODEL)
    library.delete(DOCUMENTS[2][0])


def make(scratch: Path) -> Library:
    """Return the library, made anew in `scratch`."""
    library = Library(scratch, TENANT, ANALYZER, SYNONYMS)
    fill(library)
    return library


def write(folder: Path, scratch: Path) -> None:
    """Write what the last generation needs to `folder`, and the pointer to it."""
    library = make(scratch)
    files = FolderFiles(folder)
    pointer = library.pointers.get(TENANT)
    assert pointer is not None
    names = [pointer.manifest, *(entry.name for entry in library.manifest.file_entries())]
    for name in names:
        files.write(TENANT, name, library.files.read(TENANT, name))
    (folder / POINTER).write_text(pointer.model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
