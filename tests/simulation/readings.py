"""The index as a search reads it, compared with what the bucket holds: every term of every text."""

from collections import Counter

from kotogura.index.manifest import FIELDS
from kotogura.index.reader import GenerationReader
from tests.simulation.bucket import WORDS
from tests.simulation.scheduler import Violation
from tests.simulation.world import TENANT, World


def check_readings(world: World) -> None:
    """Compare terms, frequencies and stored texts of the last generation with the truth.

    Raises:
        Violation: when any of them differs.
    """
    assert world.invariants.current is not None
    reader = GenerationReader(TENANT, world.invariants.current.manifest, world.files())
    try:
        found = reader.documents(range(len(reader.live)))
        names = {number: one.name for number, one in found.items()}
        texts = {
            one.name: (one.title, one.body) for number, one in found.items() if reader.live[number]
        }
        frequencies = {
            key: {
                names[int(number)]: int(count)
                for number, count in zip(one.documents, one.frequencies, strict=True)
            }
            for key, one in reader.postings(WORDS).items()
            if len(one.documents)
        }
    finally:
        reader.close()
    truth = world.invariants.live_texts()
    if texts != {name: (text.title, text.body) for name, text in truth.items()}:
        raise Violation("it does not hold that every text is stored as it is in the bucket")
    wanted: dict[tuple[str, str], dict[str, int]] = {}
    for name, text in truth.items():
        for field, said in zip(FIELDS, (text.title, text.body), strict=True):
            for word, count in Counter(said.split()).items():
                wanted.setdefault((field, word), {})[name] = count
    if frequencies != wanted:
        raise Violation("it does not hold that every term's frequencies are exact")
