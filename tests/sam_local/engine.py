"""Docker's command line."""

import subprocess


def docker(*arguments: str) -> str:
    """Run a Docker command and return what it prints."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
