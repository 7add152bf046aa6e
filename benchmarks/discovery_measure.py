"""What one search of the acceptance of method `discover` measures, and how rows are made of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import sciml
from benchmarks.acceptance import Item
from benchmarks.acceptance import Row as Row
from benchmarks.acceptance import Verdict as Verdict
from sciml.errors import SciMLError
from sciml.hidden import HiddenTermProblem
from sciml.result import Result


def measure(
    problem: str | HiddenTermProblem,
    label: str = "",
    look: Callable[[Result], Item] = lambda _found: {},
    **settings: Any,
) -> Item:
    """Return numbers of one search: forms, constants, status, CPU seconds of the process.

    `look` takes further ones from the result.
    """
    name = problem if isinstance(problem, str) else problem.name
    item: Item = {"problem": label or name, **settings}
    start = time.process_time()
    try:
        found = sciml.solve(problem, "discover", **settings)
    except SciMLError as error:
        return item | {"error": type(error).__name__, "what": error.what}
    value = found.value
    built = found.built
    assert isinstance(built, HiddenTermProblem)
    listed = [list(entry["expressions"].values()) for entry in value["shortlist"]]
    return item | {
        "cpu_seconds": time.process_time() - start,
        "status": found.status.name,
        "expressions": value["expressions"],
        "form": found.metrics.get("form"),
        "constant_error": found.metrics.get("constant_error"),
        "listed": listed,
        "truth_listed": truth_listed(built, value["shortlist"]),
        "constants": [{k: c[k] for k in ("term", "value", "sd")} for c in value["constants"]],
        "free": value["free"],
        "next": value["next"],
        "warnings": list(found.warnings),
        "seed": found.seed,
        **look(found),
    }


def truth_listed(problem: HiddenTermProblem, shortlist: list[dict[str, Any]]) -> bool | None:
    """Return whether the true form is on the short list; None where there is no truth."""
    from sciml import formula

    if not problem.truth:
        return None
    for entry in shortlist:
        same = [
            formula.form(formula.parse(entry["expressions"][h.name], h.inputs)).skeleton
            == formula.form(formula.parse(problem.truth[h.name], h.inputs)).skeleton
            for h in problem.hidden
        ]
        if all(same):
            return True
    return False


def right(item: Item) -> bool:
    """Whether every hidden term has the form of the truth."""
    return item.get("form") == 1.0


def error(item: Item) -> float:
    """Return the largest relative error of a constant, infinite where the form is wrong."""
    return float(item["constant_error"]) if right(item) else math.inf
