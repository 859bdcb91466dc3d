"""What is known of this process's memory."""

from pathlib import Path


def peak_rss_mb() -> float:
    """Return the most memory that was resident since the program started, in 10^6 bytes.

    `getrusage` would include what the parent had when it forked.
    """
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise RuntimeError("this system does not tell a process's peak memory")
