"""`infer`: from visits to a rate matrix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mjp.inputs.read import read
from sciml import solver
from sciml.errors import BadData, did_you_mean
from sciml.fit import Report
from sciml.jumps import JumpProcess
from sciml.result import Result


def infer(
    data: Any,
    times: Any = None,
    *,
    subject: str | None = None,
    time: str | None = None,
    state: str | None = None,
    states: Sequence[Any] | None = None,
    absorbing: Sequence[str] = (),
    exact: Sequence[str] = (),
    links: Any = None,
    misclassification: Any = None,
    seed: int = 0,
    store: str | Path | None = None,
    report: Report | None = None,
    name: str = "visits",
    **settings: Any,
) -> Result:
    """Return the rates of the jump process behind visits.

    Parameters
    ----------
    data, times, subject, time, state, states : see `mjp.inputs.read.read`.
    absorbing : states that are never left.
    exact : states whose entry is dated exactly (deaths).
    links : jumps that may exist: a matrix [n, n], or texts such as "mild>severe"; None: all.
    misclassification : E [n, n], known probabilities that state i is reported as j.
    seed : of draws; same seed, same result.
    store : folder in which to keep the run; None keeps it in memory.
    settings : of method `mjp`: refine, noise, level, plenty, draws.

    Raises
    ------
    SciMLError : unusable data or settings, in one line, before anything is computed or written.
    """
    visits = read(
        data,
        times,
        subject=subject,
        time=time,
        state=state,
        states=states,
        absorbing=absorbing,
        exact=exact,
    )
    process = JumpProcess(
        name=name,
        states=visits.states,
        absorbing=tuple(absorbing),
        entered_exactly=tuple(exact),
        links=_links(links, visits.states),
        misclassification=misclassification,
        data=visits,
    )
    return solver.solve(process, "mjp", seed=seed, store=store, report=report, **settings)


def _links(links: Any, states: tuple[str, ...]) -> np.ndarray | None:
    """A matrix of allowed jumps."""
    if links is None:
        return None
    given = list(links)
    if not given or not all(isinstance(link, str) for link in given):
        return np.asarray(links, bool)
    allowed = np.zeros((len(states), len(states)), bool)
    for link in given:
        ends = [end.strip() for end in link.split(">")]
        if len(ends) != 2:
            raise BadData(f"'{link}' is no link.", "write links as from>to")
        for end in ends:
            if end not in states:
                raise BadData(
                    f"the link '{link}' names '{end}'. {did_you_mean(end, states)}".rstrip(),
                    f"the states are {list(states)}",
                )
        allowed[states.index(ends[0]), states.index(ends[1])] = True
    return allowed
