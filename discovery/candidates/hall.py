"""Candidates of a symbolic regression that ran elsewhere: PySR's halls of fame."""

from __future__ import annotations

from discovery.candidates.symbolic import laws
from discovery.ranking.law import Law
from discovery.settings import Settings
from discovery.symbolic import pysr
from sciml.errors import BadConfig
from sciml.hidden import HiddenTermProblem


def brought(settings: Settings, problem: HiddenTermProblem) -> list[Law]:
    """Return the laws of the halls of fame that the settings name, each form once.

    Of several hidden terms the n-th formulas are joined, and each formula with the longest ones of
    the other terms.

    Raises
    ------
    BadConfig : not one file a hidden term.
    BadData : a file that is absent, or holds no formula of the term's inputs.
    """
    if not settings.halls:
        return []
    if len(settings.halls) != len(problem.hidden):
        raise BadConfig(
            f"hall_of_fame names {len(settings.halls)} files for {len(problem.hidden)} hidden "
            "terms.",
            f"give one a term, in the order {', '.join(h.name for h in problem.hidden)}, "
            "separated by commas",
        )
    columns = [
        pysr.read_hall_of_fame(path, hidden.inputs)
        for path, hidden in zip(settings.halls, problem.hidden, strict=True)
    ]
    made = laws(columns)
    for index, column in enumerate(columns):
        rest = [[c[-1]] for c in columns]
        made += laws([*rest[:index], column, *rest[index + 1 :]])
    found: dict[tuple[str, ...], Law] = {}
    for law in made:
        found.setdefault(law.skeleton, law)
    return list(found.values())
