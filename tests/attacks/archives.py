"""Files made to read, to write or to exhaust what isn't theirs: each is a document or a reason."""

import io
import json
import zipfile
from collections.abc import Callable

from kotogura.errors import DocumentBomb, DocumentError, KotoguraError
from tests.attacks.attack import Attack
from tests.attacks.world import ATTACKER, World
from tests.unit.documents.makers import excel, pdf, powerpoint, replaced, rewritten, word

_SECRET = "{store}/tenants/minato-shoji"
_DOCUMENT = "word/document.xml"
_ROOT = b"<w:document"

Make = Callable[[World], tuple[str, bytes]]
"""Returns a file's name and its bytes."""


def _fill(world: World, text: str) -> bytes:
    staged = world.facts["staged"]
    return text.replace("{store}", str(world.folder)).replace("{staged}", staged).encode()


def _declared(declaration: str, use: str = "&x;") -> Make:
    """Return a Word file whose document declares something before it begins."""

    def make(world: World) -> tuple[str, bytes]:
        head = _fill(world, f"<!DOCTYPE w:document [{declaration}]>")
        data = replaced(word("kanaria"), _DOCUMENT, _ROOT, head + _ROOT)
        return "a.docx", replaced(data, _DOCUMENT, b"kanaria", use.encode())

    return make


def _in_utf_16(world: World) -> tuple[str, bytes]:
    bomb = (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///x">]><a/>'
    )
    return "a.docx", rewritten(
        word("kanaria"), lambda name, part: bomb.encode("utf-16") if name == _DOCUMENT else part
    )


def _with_part(name: str, data: bytes | str, kind: str = "docx") -> Make:
    """Return an office file with one part more."""

    def make(world: World) -> tuple[str, bytes]:
        sound = {
            "docx": word("kanaria"),
            "xlsx": excel({"a": [["kanaria"]]}),
            "pptx": powerpoint(("kanaria", "kanari", "")),
        }[kind]
        written = io.BytesIO(sound)
        with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, _fill(world, data) if isinstance(data, str) else data)
        return f"a.{kind}", written.getvalue()

    return make


def _symbolic_link(world: World) -> tuple[str, bytes]:
    """Return a Word file whose document is a link to the victim's folder."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in ("[Content_Types].xml", _DOCUMENT):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, _fill(world, f"{_SECRET}/segments"))
    return "a.docx", written.getvalue()


def _nested(world: World) -> tuple[str, bytes]:
    data = word("kanaria")
    for _ in range(20):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.docx", data)
        data = written.getvalue()
    return "a.docx", data


def _bomb(kind: str, part: str, size_bytes: int) -> Make:
    return _with_part(part, b"<a>" + b" " * size_bytes + b"</a>", kind)


def _overlapping(world: World) -> tuple[str, bytes]:
    """Return an archive whose directory names one part many times over."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/a.xml", b"<a>" + b" " * 900_000 + b"</a>")
        (entry,) = archive.infolist()
        for number in range(2_000):
            copied = zipfile.ZipInfo(f"word/{number}.xml")
            for field in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copied, field, getattr(entry, field))
            archive.filelist.append(copied)
            archive.NameToInfo[copied.filename] = copied
    return "a.docx", written.getvalue()


def _file(name: str, text: str) -> Make:
    return lambda world: (name, _fill(world, text))


def _lines(*objects: object) -> Make:
    return lambda world: ("a.jsonl", b"\n".join(_fill(world, json.dumps(one)) for one in objects))


def _relation(target: str) -> Make:
    """Return a Word file that asks for a template from elsewhere."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def make(world: World) -> tuple[str, bytes]:
        relation = _fill(
            world,
            f'<Relationship Id="r9" Type="{kind}/attachedTemplate" Target="{target}" '
            'TargetMode="External"/></Relationships>',
        )
        data = word("kanaria")
        return "a.docx", replaced(
            data, "word/_rels/document.xml.rels", b"</Relationships>", relation
        )

    return make


_LAUGHS = "".join(
    f'<!ENTITY x{number} "{f"&x{number - 1};" * 10}">' for number in range(1, 10)
)  # fmt: skip
_OTHERS = {
    "an entity of a file": _declared(f'<!ENTITY x SYSTEM "file://{_SECRET}/{{staged}}">'),
    "an entity of a password file": _declared('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "an entity of an address": _declared('<!ENTITY x SYSTEM "http://127.0.0.1:9/">'),
    "a parameter entity": _declared('<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;', "x"),
    "a document type elsewhere": _declared('<!ENTITY x PUBLIC "a" "http://127.0.0.1:9/a.dtd">'),
    "a billion laughs": _declared(f'<!ENTITY x0 "kanaria">{_LAUGHS}', "&x9;"),
    "a quadratic blowup": _declared(f'<!ENTITY x "{"a" * 50_000}">', "&x;" * 20_000),
    "an entity of itself": _declared('<!ENTITY x "&y;"><!ENTITY y "&x;">'),
    "entities in UTF-16": _in_utf_16,
    "an inclusion": _with_part(
        "custom/item.xml",
        f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{_SECRET}"/></a>',
    ),
    "a style sheet": _with_part(
        "custom/item.xml", f'<?xml-stylesheet href="file://{_SECRET}/a.xsl"?><a/>'
    ),
    "a name that leads up": _with_part("../../../minato-shoji/segments/a.xml", "<a>kanaria</a>"),
    "a name from the root": _with_part(f"/{_SECRET}/a.xml", "<a>kanaria</a>"),
    "a name with backslashes": _with_part("..\\..\\minato-shoji\\a.xml", "<a>kanaria</a>"),
    "a name of a drive": _with_part("C:\\minato-shoji\\a.xml", "<a>kanaria</a>"),
    "a link to a folder": _symbolic_link,
    "archives in archives": _nested,
    "one part many times": _overlapping,
    "a bomb in Word": _bomb("docx", "word/a.xml", 70_000_000),
    "a bomb in a sheet": _bomb("xlsx", "xl/worksheets/sheet9.xml", 70_000_000),
    "a bomb in slides": _bomb("pptx", "ppt/slides/slide9.xml", 70_000_000),
    "a bomb of pictures": _bomb("docx", "word/media/a.png", 70_000_000),
    "a template elsewhere": _relation(f"file://{_SECRET}/a.dotx"),
    "a template of an address": _relation("http://127.0.0.1:9/a.dotx"),
    "a sheet of another file": _with_part(
        "xl/externalLinks/externalLink1.xml",
        f'<externalLink><externalBook r:id="{_SECRET}"/></externalLink>',
        "xlsx",
    ),
    "a formula that fetches": lambda _: (
        "a.xlsx",
        excel({"a": [['=WEBSERVICE("http://127.0.0.1:9/")'], ["='file:///etc/[passwd]x'!A1"]]}),
    ),
    "a PDF that asks for a file": lambda world: (
        "a.pdf",
        pdf(["kanaria"], properties=_fill(world, f"/F<</FS/URL/F(file://{_SECRET})>>")),
    ),
    "a page with frames": _file("a.html", f'<iframe src="file://{_SECRET}"></iframe>kanaria'),
    "a page with a base": _file("a.html", f'<base href="file://{_SECRET}/"><p>kanaria</p>'),
    "a page with entities": _file(
        "a.html", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>kanaria &x;</p>'
    ),
    "a page of a million tags": _file("a.html", "<div>" * 50_000 + "kanaria"),
    "Markdown with an inclusion": _file("a.md", f"# kanaria\n\n!INCLUDE {_SECRET}\n![]({_SECRET})"),
    "a table of formulas": _file("a.csv", "=cmd|'/c calc'!A0,kanaria\n@SUM(1),+1\n"),
    "JSON nested deeply": _file("a.json", "[" * 200_000 + "]" * 200_000),
    "JSON with references": _file("a.json", '{"$ref": "file:///etc/passwd", "a": "kanaria"}'),
    "JSON with a prototype": _file("a.json", '{"__proto__": {"tenant": "minato-shoji"}, "a": "x"}'),
    "a line whose id leads up": _lines({"id": "../../../minato-shoji/documents/x", "text": "k"}),
    "a line whose id is a path": _lines({"id": "/minato-shoji/documents/x", "text": "kanaria"}),
    "a line whose id is encoded": _lines({"id": "..%2f..%2fminato-shoji", "text": "kanaria"}),
    "a line whose id is dots": _lines({"id": "..", "text": "kanaria"}),
    "a line of another tenant": _lines({"tenant": "minato-shoji", "id": "x", "text": "kanaria"}),
    "a description of a tenant": _file("a.txt.meta.json", '{"tenant": "minato-shoji", "tag": "a"}'),
    "a description that leads up": _file("../x.meta.json", '{"title": "kanaria"}'),
}


_BOMBS = ("an entity", "a parameter entity", "a document type", "a billion", "a quadratic",
          "entities in", "a bomb in", "one part many times")  # fmt: skip
"""What is refused as a bomb, whatever a library would make of it."""


def _ingested(name: str, make: Make) -> Callable[[World], None]:
    is_bomb = name.startswith(_BOMBS)

    def carry_out(world: World) -> None:
        file_name, data = make(world)
        key = f"{ATTACKER}/documents/{file_name}"
        objects = dict(world.objects.objects)
        world.objects.objects[key] = data
        try:
            world.ingest(ATTACKER, world.event(ATTACKER, key, len(data)))
            assert not is_bomb, "a bomb was read"
        except DocumentError as error:
            assert isinstance(error, DocumentBomb) or not is_bomb, error.code  # noqa: PT017
        except KotoguraError as error:
            raise AssertionError(f"no reason to quarantine it: {error.code}") from error
        world.ask("GET", "/search", [("q", "kanaria"), ("fields", "snippet,metadata")])
        written = world.objects.objects.keys() - objects.keys() - {key}
        assert all(one.startswith(f"{key}/") for one in written)
        world.objects.objects = objects

    return carry_out


ATTACKS = tuple(Attack(name, _ingested(name, make)) for name, make in _OTHERS.items())
