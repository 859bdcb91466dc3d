"""`python -m audit FOLDER…`: our own rules over our own source; exit code 1 for findings."""

import sys
from pathlib import Path

from audit.caches import CACHES
from audit.findings import check
from audit.logs import LOGS
from audit.sql import SQL

RULES = (SQL, CACHES, LOGS)


def main(folders: list[str]) -> int:
    """Print the findings, one a line; return the exit code."""
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    if not paths:
        print("audit: name folders that hold Python, such as src functions containers")
        return 2
    findings = check(RULES, paths)
    for finding in findings:
        print(finding)
    names = ", ".join(rule.name for rule in RULES)
    print(f"audit: {len(findings)} findings in {len(paths)} files ({names})")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
