"""Acceptance of method `discover`: one set of defaults, every number measured here.

    python -m benchmarks.discovery [--only ROW ...] [--out FILE] [--readme]

Rows that are not asked for keep the numbers that the file holds. Seconds are those of the process,
compilation included; the persistent compilation cache is off.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ["SCIML_CACHE"] = ""

from benchmarks import discovery_report, discovery_sindy, report  # noqa: E402
from benchmarks.acceptance import judge  # noqa: E402
from benchmarks.discovery_rows import ROWS  # noqa: E402


def main() -> None:
    """Run the rows that are asked for, record them, and print the table."""
    parser = argparse.ArgumentParser(description="Acceptance of method discover: defaults only.")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="ROW", help=f"{[*ROWS]}")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/discovery.json"))
    parser.add_argument("--readme", action="store_true", help="only renew README.md's table")
    asked = parser.parse_args()
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {}
    recorded = kept.get("rows", {})
    if asked.readme:
        table = discovery_report.markdown(kept["table"])
        report.insert(Path("README.md"), table, marks=discovery_report.MARKS)
        return
    for name in asked.only or ROWS:
        items = []
        for item in ROWS[name].run():
            shown = {k: item.get(k) for k in ("status", "form", "constant_error", "cpu_seconds")}
            print(
                name, item["problem"], shown, item.get("expressions", item.get("what")), flush=True
            )
            if "pysindy" in item:
                print(" " * len(name), discovery_sindy.line(item["pysindy"]), flush=True)
            items.append(item)
        if not items:  # what it needs is absent: said by the row
            continue
        recorded[name] = {"items": items, **report.circumstances()}
        report.write(asked.out, {"table": judge(ROWS, recorded), "rows": recorded})
    report.show(judge(ROWS, recorded))


if __name__ == "__main__":
    main()
