from kotogura.commands.terminal import Lines


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_log_tells_how_far_it_is_every_ten_seconds() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, "fine-tuning for minato", None, clock)
    for second in range(1, 26):
        clock.now = second
        lines.show(second, 40, "fine-tuning for minato: fine-tune")
    assert written == [
        "fine-tuning for minato",
        "fine-tuning for minato: fine-tune: 10 of 40",
        "fine-tuning for minato: fine-tune: 20 of 40",
    ]


def test_a_log_does_not_repeat_itself() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, "uploading", 3, clock)
    for second in range(0, 100, 5):
        clock.now = second
        lines.show(1)
    assert written == ["uploading: 3", "uploading: 1 of 3"]
