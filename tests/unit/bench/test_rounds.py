from typing import cast

from bench.child import Child
from bench.rounds import measure


class ScriptedChild:
    def __init__(self, name: str, log: list[str], times: list[list[float]]) -> None:
        self._name, self._log, self._times = name, log, iter(times)

    def ask(self, command: str) -> list[float]:
        self._log.append(f"{self._name} {command}")
        return next(self._times)


def test_engines_take_turns_and_the_median_round_is_told():
    log: list[str] = []
    children = {
        "ours": cast("Child", ScriptedChild("ours", log, [[1.0, 2.0], [9.0, 9.0], [2.0, 3.0]])),
        "peer": cast("Child", ScriptedChild("peer", log, [[4.0], [5.0], [6.0]])),
    }
    figures = measure(children, {"ours": ["text"], "peer": ["text"]}, [7, 1], rounds=3)
    assert log == ["ours time text 7,1", "peer time text 7,1"] * 3
    assert figures["ours"] == {"p50_ms": 2.0, "p99_ms": 3.0, "rounds_p50_ms": [1.0, 9.0, 2.0]}
    assert figures["peer"]["p50_ms"] == 5.0
