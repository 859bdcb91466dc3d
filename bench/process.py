"""What is known of a process's memory."""

from pathlib import Path


def memory(pid: int | str = "self") -> dict[str, float]:
    """Return what of a process, by default this one, is resident, in 10^6 bytes.

    `peak_rss_mb` is the most since the program started; `getrusage` would include what the parent
    had when it forked. `anonymous_mb` is the process's own now: the rest are pages of mapped files,
    such as dictionaries and libraries, that the system may drop and processes share.
    """
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    )
    return {
        "peak_rss_mb": _megabytes(fields["VmHWM"]),
        "anonymous_mb": _megabytes(fields["RssAnon"]),
    }


def resident_mb(pid: int | str = "self") -> float:
    """Return what of a process is resident now, in 10^6 bytes."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return _megabytes(dict(line.split(":", 1) for line in status.splitlines())["VmRSS"])


def _megabytes(field: str) -> float:
    return round(int(field.split(maxsplit=1)[0]) * 1024 / 1e6, 1)
