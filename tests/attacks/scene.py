"""What attacker and victim have before an attack: the same kinds of things, by like names."""

from pathlib import Path

from kotogura.documents.identity import document_id
from kotogura.platform.uploads import PART_BYTES
from tests.attacks.canary import KNOWN, SECRET
from tests.attacks.world import ATTACKER, MODEL, VICTIM, World
from tests.memory.workflows import ARNS

VICTIMS = {
    "rules/yakusoku.txt": f"{SECRET}title\n{KNOWN} no himitsu wa {SECRET}body to iu.",
    f"{KNOWN}/{SECRET}name.txt": f"{KNOWN} {SECRET}title\n{KNOWN}{SECRET}word {KNOWN} kyuuka",
    "betsu.txt": f"ryohi\nryohi kyuuka {SECRET}only {KNOWN}",
}
ATTACKERS = {
    "rules/yakusoku.txt": "yakusoku\nyakusoku wa mamoru. kyuuka wa tooka.",
    "kisoku/ryohi.txt": "ryohi\nryohi wa seisan suru. kanari takai.",
    "kisoku/kyuuka.txt": "kyuuka\nkyuuka no shinsei wa zenjitsu made.",
}
_METADATA = {"busho": f"{SECRET}value", f"{SECRET}field": "1", "tag": f"{KNOWN}-{SECRET}tag"}


def furnish_attacker(world: World) -> None:
    """Give the attacker documents, settings and a model."""
    world.register(ATTACKER)
    for name, text in ATTACKERS.items():
        world.put(ATTACKER, name, text.encode(), {"busho": "soumu", "tag": "kisoku"})
    world.parts.synonyms.put(ATTACKER, "kyuuka, yasumi")
    world.use_dictionary(ATTACKER, "湊式点検票,みなとしきてんけんひょう")
    world.library(ATTACKER).promote(MODEL)


def furnish_victim(world: World) -> None:
    """Give the victim the same kinds of things, each with the canary in it, and remember places."""
    world.register(VICTIM)
    for name, text in VICTIMS.items():
        world.put(VICTIM, name, text.encode(), _METADATA)
    world.parts.synonyms.put(VICTIM, f"kyuuka, {SECRET}synonym\n{KNOWN} => {SECRET}target")
    world.use_dictionary(
        VICTIM, f"{SECRET}言葉,かなりあことば\n湊式点検票,みなとしきてんけんひょう"
    )
    view = world.library(VICTIM)
    view.promote(MODEL)
    training = f"20260101T000000000Z-{VICTIM}"
    ended = {"state": "failed", "started_at": "2026-01-01T00:00:00.000Z"}
    world.parts.trainings.update(VICTIM, training, ended)
    name = f"20260101T000000000Z-{VICTIM}-{SECRET}"
    execution = world.workflows.start_execution(
        stateMachineArn=ARNS["train"], name=name, input=f'{{"tenant": "{VICTIM}"}}'
    )
    upload = world.parts.uploads.begin(VICTIM, f"{SECRET}upload.txt", PART_BYTES + 1)
    answer = world.ask("GET", "/search", [("q", "ryohi kyuuka"), ("limit", "1")], tenant=VICTIM)
    listed = world.ask("GET", "/documents", [("limit", "1")], tenant=VICTIM)
    manifest = view.manifest
    world.facts |= {
        "victim": VICTIM,
        "document": answer.json["hits"][0]["document_id"],
        "only": document_id("betsu.txt"),
        "cursor": str(answer.json["cursor"]),
        "list_cursor": str(listed.json["cursor"]),
        "upload": upload.upload_id,
        "upload_s3": upload.s3_id,
        "execution": f"train.{name}",
        "execution_arn": execution["executionArn"],
        "training": training,
        "segment": manifest.segments[0].segment_id,
        "manifest": str(view.current().pointer.manifest),
        "staged": next(world.parts.files.names(VICTIM, "staging")),
        "store": str(world.folder),
    }


def make_world(folder: Path, *, with_victim: bool = True) -> World:
    """Return a world with both tenants in it, or with the attacker alone."""
    world = World(folder)
    furnish_attacker(world)
    if with_victim:
        furnish_victim(world)
    world.objects.touched.clear()
    world.answers.clear()
    return world
