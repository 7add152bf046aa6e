"""Checks of visits: whether anything can be learnt from them; which entries are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sciml.errors import BadData, did_you_mean
from sciml.visits import Visits


def names_of(states: Any) -> list[str]:
    """Return states as names; a single one may stand without a list."""
    single = isinstance(states, str) or np.ndim(states) == 0
    return [str(s).strip() for s in ([states] if single else states)]


def checked(
    visits: Visits, absorbing: Sequence[str], exact: Sequence[str], limit: int | None
) -> Visits:
    """Return the visits with exact entries marked, once it is sure that they tell something.

    Raises
    ------
    BadData : an absorbing or exact state that is none, or that is left; each subject seen once;
        one state ever seen; more states than `limit`.
    """
    for what, names in (("absorbing", absorbing), ("exact", exact)):
        for name in names:
            if name not in visits.states:
                hint = did_you_mean(name, visits.states)
                raise BadData(
                    f"{what} names '{name}', which is no state. {hint}".rstrip(),
                    f"the states are {list(visits.states)}; a state without visits needs states=",
                )
    if limit is not None and len(visits.states) > limit:
        raise BadData(
            f"there are {len(visits.states)} states, more than {limit}.",
            "join states that are alike",
        )
    if visits.lengths.max() < 2:
        raise BadData("every subject is seen once only.", "give two visits or more of a subject")
    if visits.labels.min() == visits.labels.max():
        only = visits.states[int(visits.labels[0])]
        raise BadData(f"only the state '{only}' is ever seen.", "give data with a change of state")
    _check_absorbing(visits, absorbing)
    return _marked(visits, exact) if exact else visits


def _check_absorbing(visits: Visits, absorbing: Sequence[str]) -> None:
    if not absorbing:
        return
    final = np.isin(visits.states, absorbing)
    first, second, _ = visits.pairs()
    before, after = visits.labels[first], visits.labels[second]
    left = np.flatnonzero(final[before] & (before != after))
    if len(left):
        row = int(second[left[0]])
        raise BadData(
            f"{visits.named(row)} leaves the absorbing state "
            f"'{visits.states[before[left[0]]]}' before time {visits.times[row]:g}.",
            "correct that visit, or do not call the state absorbing",
        )


def _marked(visits: Visits, exact: Sequence[str]) -> Visits:
    """The visits whose entries into states are exact, those that were so before among them."""
    marked = np.isin(visits.states, exact)[visits.labels]
    marked[1:] &= visits.labels[1:] != visits.labels[:-1]
    marked[visits.starts[:-1]] = False
    if visits.exact is not None:
        marked |= visits.exact
    return replace(visits, exact=marked)
