"""The way of a document: uploaded, replaced, deleted, broken, twice and out of order."""

import json

import pytest

from kotogura.documents.ledger import DocumentState
from tests.integration.conftest import HOSHINO, MINATO, RunningSystem

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]


def test_an_uploaded_file_is_found_by_word_and_by_meaning(system: RunningSystem) -> None:
    system.put(MINATO, "notes/parking.txt", "駐輪場の利用\n自転車は地下の駐輪場に止めてください。")
    record = system.settled(MINATO, "notes/parking.txt")
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "駐輪場")[0] == "notes/parking.txt"
    assert "notes/parking.txt" in system.names_found(MINATO, "バイクはどこに置くか", "meaning")


def test_a_snippet_highlights_the_words_in_the_document_itself(system: RunningSystem) -> None:
    system.put(
        MINATO, "notes/snippet.txt", "見出し\n第一文です。受水槽の清掃は年に一度おこないます。"
    )
    system.settled(MINATO, "notes/snippet.txt")
    api = system.api(MINATO)
    hit = api.search("受水槽", "words")["hits"][0]
    body = api.call("GET", f"/documents/{hit['document_id']}")["body"]
    marked = [body[start:end] for start, end in hit["snippet"]["highlights"]]
    assert "受水槽" in "".join(marked)
    start = hit["snippet"]["start"]
    assert body[start : start + len(hit["snippet"]["text"])] == hit["snippet"]["text"]


def test_a_replaced_file_loses_its_old_words(system: RunningSystem) -> None:
    system.put(MINATO, "notes/replaced.txt", "題\n旧版には水琴窟の話がある。")
    first = system.settled(MINATO, "notes/replaced.txt")
    assert system.names_found(MINATO, "水琴窟") == ["notes/replaced.txt"]
    system.put(MINATO, "notes/replaced.txt", "題\n新版には枯山水の話がある。")
    second = system.settled(MINATO, "notes/replaced.txt", after=first.sequencer)
    assert second.generation is not None
    assert first.generation is not None
    assert second.generation > first.generation
    assert system.names_found(MINATO, "水琴窟") == []
    assert system.names_found(MINATO, "枯山水") == ["notes/replaced.txt"]


def test_each_line_of_a_json_lines_file_is_found_until_the_file_drops_it(
    system: RunningSystem,
) -> None:
    lines = [
        {"id": "春", "title": "花見", "text": "夜桜の提灯を点検する。"},
        {"id": "秋", "title": "月見", "text": "芒と団子を供える。"},
    ]
    names = [f"notes/lines.jsonl/{line['id']}.json" for line in lines]
    texts = [json.dumps(line, ensure_ascii=False) for line in lines]
    system.put(MINATO, "notes/lines.jsonl", "\n".join(texts))
    unpacked = system.settled(MINATO, "notes/lines.jsonl")
    assert unpacked.state is DocumentState.UNPACKED
    spring, autumn = (system.settled(MINATO, name) for name in names)
    assert system.names_found(MINATO, "提灯")[0] == names[0]
    system.put(MINATO, "notes/lines.jsonl", texts[1])
    system.settled(MINATO, "notes/lines.jsonl", after=unpacked.sequencer)
    dropped = system.settled(MINATO, names[0], after=spring.sequencer)
    assert dropped.state is DocumentState.DELETED
    system.delete(MINATO, "notes/lines.jsonl")
    removed = system.settled(MINATO, names[1], after=autumn.sequencer)
    assert removed.state is DocumentState.DELETED


def test_a_deleted_file_stops_being_found(system: RunningSystem) -> None:
    identity = system.put(MINATO, "notes/deleted.txt", "題\n蜃気楼についての覚え書き。")
    first = system.settled(MINATO, "notes/deleted.txt")
    assert system.names_found(MINATO, "蜃気楼") == ["notes/deleted.txt"]
    system.delete(MINATO, "notes/deleted.txt")
    record = system.settled(MINATO, "notes/deleted.txt", after=first.sequencer)
    assert record.state is DocumentState.DELETED
    assert system.names_found(MINATO, "蜃気楼") == []
    assert identity not in {
        hit["document_id"] for hit in system.api(MINATO).search("蜃気楼", "meaning")["hits"]
    }


def test_an_undecodable_file_is_quarantined_while_others_go_through(system: RunningSystem) -> None:
    system.put(MINATO, "broken/image.txt", bytes(range(256)) * 40)
    system.put(MINATO, "broken/neighbour.txt", "題\n隣の文書は分水嶺を越えて届く。")
    broken = system.settled(MINATO, "broken/image.txt")
    assert system.settled(MINATO, "broken/neighbour.txt").state is DocumentState.INDEXED
    assert broken.state is DocumentState.QUARANTINED
    assert broken.reason is not None
    assert broken.reason.code == "undecodable-text"
    listed = _listed(system, "broken/image.txt")
    assert listed["state"] == "quarantined"
    assert "UTF-8" in listed["reason"]["detail"] or "text" in listed["reason"]["detail"]
    assert system.names_found(MINATO, "分水嶺") == ["broken/neighbour.txt"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("broken/report.pdf", b"%PDF-1.7", "broken-document"),
        ("broken/report.doc", b"\xd0\xcf\x11\xe0", "unsupported-document"),
        ("broken/empty.txt", b"", "empty-document"),
        ("broken/blank.md", " \n　\n".encode(), "empty-document"),
    ],
)
def test_a_file_that_cannot_be_read_tells_why(
    system: RunningSystem, name: str, data: bytes, code: str
) -> None:
    system.put(HOSHINO, name, data)
    record = system.settled(HOSHINO, name)
    assert record.state is DocumentState.QUARANTINED
    assert record.reason is not None
    assert record.reason.code == code


def test_a_repeated_event_changes_nothing(system: RunningSystem) -> None:
    system.put(MINATO, "notes/twice.txt", "題\n二重に届く知らせは走馬灯のようだ。")
    record = system.settled(MINATO, "notes/twice.txt")
    before = system.deployment.pointers.get(MINATO)
    execution = system.run_workflow("Ingest", _event(system, "twice", record.sequencer))
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["outcome"] == "skipped"
    assert system.deployment.pointers.get(MINATO) == before
    assert system.names_found(MINATO, "走馬灯") == ["notes/twice.txt"]


def test_an_event_that_comes_late_does_not_bring_an_old_version_back(
    system: RunningSystem,
) -> None:
    system.put(MINATO, "notes/late.txt", "題\n古い版は陽炎のようだ。")
    first = system.settled(MINATO, "notes/late.txt")
    system.delete(MINATO, "notes/late.txt")
    system.settled(MINATO, "notes/late.txt", after=first.sequencer)
    execution = system.run_workflow("Ingest", _event(system, "late", first.sequencer))
    assert json.loads(execution["output"])["outcome"] == "skipped"
    assert system.names_found(MINATO, "陽炎") == []


def test_files_uploaded_together_are_committed_together(system: RunningSystem) -> None:
    before = system.deployment.pointers.get(HOSHINO)
    names = [f"burst/{number:02}.txt" for number in range(30)]
    for name in names:
        system.put(HOSHINO, name, f"題{name}\n一斉に届いた積乱雲の文書。")
    for name in names:
        assert system.settled(HOSHINO, name).state is DocumentState.INDEXED
    after = system.deployment.pointers.get(HOSHINO)
    assert system.api(HOSHINO).search("積乱雲", "words")["total"] == 30
    assert before is not None
    assert after is not None
    assert after.generation - before.generation <= 30


def test_a_presigned_upload_and_a_deletion_go_through_the_api(system: RunningSystem) -> None:
    import urllib3  # noqa: PLC0415 — this test alone plays a browser

    body = "題\n署名された場所に置いた万華鏡。".encode()
    api = system.api(MINATO)
    upload = api.call("POST", "/documents", {"name": "web/up.txt", "size_bytes": len(body)})
    answer = urllib3.request(upload["method"], upload["url"], body=body)
    assert answer.status == 200
    first = system.settled(MINATO, "web/up.txt")
    assert first.document_id == upload["document_id"]
    assert system.names_found(MINATO, "万華鏡") == ["web/up.txt"]
    api.call("DELETE", f"/documents/{upload['document_id']}")
    record = system.settled(MINATO, "web/up.txt", after=first.sequencer)
    assert record.state is DocumentState.DELETED
    assert system.names_found(MINATO, "万華鏡") == []


def _event(system: RunningSystem, stem: str, sequencer: str) -> dict[str, object]:
    return {
        "version": "0",
        "id": "6b1c3a52-0000-4000-8000-000000000000",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "bucket": {"name": system.deployment.bucket},
            "object": {
                "key": f"{MINATO}/documents/notes/{stem}.txt",
                "size": 60,
                "sequencer": sequencer,
            },
        },
    }


def _listed(system: RunningSystem, name: str) -> dict[str, dict[str, str]]:
    api, cursor = system.api(MINATO), ""
    while True:
        page = api.call("GET", f"/documents?limit=50{cursor}")
        for document in page["documents"]:
            if document["name"] == name:
                found: dict[str, dict[str, str]] = document
                return found
        if page["cursor"] is None:
            pytest.fail(f"{name} is not listed")
        cursor = f"&cursor={page['cursor']}"
