"""One engine in a process of its own: `python -m bench.worker ENGINE build|serve JOB`.

`build` answers one line of JSON and ends. `serve` opens what was built and answers each line of
its standard input with one of JSON: `answer`, `time PATH NUMBER,…`, `memory`.
"""

import importlib
import json
import os
import sys
from typing import IO, Any

from bench.corpus import read_questions
from bench.engine import Engine, Job
from bench.process import memory

MODULES = {
    "ours": "bench.ours",
    "ours_rescored": "bench.ours",
    "terms": "bench.terms",
    "tantivy": "bench.tantivy_peer",
    "bm25s": "bench.bm25s_peer",
}


def main() -> None:
    """Run what the command line says."""
    name, action, given = sys.argv[1:]
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not end up among the replies
    job = Job.from_json(json.loads(given))
    module = importlib.import_module(MODULES[name])
    if action == "build":
        _reply(replies, {**module.build(job), "build_peak_rss_mb": memory()["peak_rss_mb"]})
    else:
        _serve(module.open_engine(job, name), job, replies)


def _serve(engine: Engine, job: Job, replies: IO[str]) -> None:
    questions = [question.text for question in read_questions(job.queries)]
    _reply(replies, {"paths": list(engine.paths)})
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "answer":
            _reply(replies, [[name for name, _ in engine.search(text)] for text in questions])
        elif command == "time":
            numbers = [int(number) for number in rest[1].split(",")]
            _reply(replies, engine.time(rest[0], [questions[number] for number in numbers]))
        elif command == "memory":
            _reply(replies, memory())
        else:
            raise ValueError("an unknown command")


def _reply(replies: IO[str], value: Any) -> None:
    replies.write(json.dumps(value) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
