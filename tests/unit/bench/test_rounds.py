from typing import cast

from bench.child import Child
from bench.rounds import measure, second_passes


class ScriptedChild:
    def __init__(self, name: str, log: list[str], times: list[list[float]]) -> None:
        self._name, self._log, self._times = name, log, iter(times)

    def __enter__(self) -> "ScriptedChild":
        return self

    def __exit__(self, *_: object) -> None:
        self._log.append(f"{self._name} closed")

    def reply(self) -> None:
        self._log.append(f"{self._name} reply")

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
    assert figures["ours"] == {"warm_p50_ms": 2.0, "warm_p99_ms": 3.0}
    assert figures["peer"]["warm_p50_ms"] == 5.0


def test_each_second_pass_has_a_process_of_its_own():
    log: list[str] = []
    times = iter([[1.0, 2.0], [9.0, 9.0], [2.0, 3.0]])

    def opened() -> Child:
        log.append("opened")
        return cast("Child", ScriptedChild("ours", log, [next(times)]))

    figures = second_passes({"ours": opened}, [7], rounds=3)
    assert log == ["opened", "ours reply", "ours time text 7", "ours closed"] * 3
    assert figures["ours"] == {"p50_ms": 2.0, "p99_ms": 3.0, "rounds_p50_ms": [1.0, 9.0, 2.0]}
