"""What a reader of inferred rates must know beside them, in words."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from mjp import markov, pretrained
from sciml.jumps import JumpProcess
from sciml.visits import Visits

MEMORY = 1e-4
"""probability of the labels under a Markov process below which a memory is said"""

RARE = 5
"""visits below which a state is called rare"""


def cautions(
    problem: JumpProcess,
    visits: Visits,
    rates: Float[np.ndarray, "n n"],
    *,
    clean: bool,
    served: bool,
    determined: bool,
) -> tuple[str, ...]:
    """Return what to say of inferred rates, most urgent first.

    Parameters
    ----------
    clean : whether the labels were taken as true.
    served : whether the network serves so many states.
    determined : whether the data determine all rates.
    """
    said = []
    seen = np.bincount(visits.labels, minlength=len(problem.states))
    rare = [s for s, k in zip(problem.states, seen, strict=True) if k < RARE]
    if rare:
        said.append(f"Seen fewer than {RARE} times: {', '.join(rare)}; its rates are guesses.")
    gap = float(np.median(visits.pairs()[2]))
    fast = float(np.max(-np.diag(rates))) * gap
    if fast > 1:
        said.append(
            f"The fastest state is left {fast:.1f} times between visits: the data hardly "
            "tell which way."
        )
    if clean and problem.known_misclassification is None:
        said += _memory(visits)
    if not served:
        said.append(
            f"The network serves up to {pretrained.SERVED} states: maximum likelihood alone."
        )
    if not determined:
        said.append("The data do not determine all rates: no intervals.")
    return tuple(said)


def _memory(visits: Visits) -> list[str]:
    """What the labels, taken as true, say against a Markov process."""
    found = markov.chance(visits)
    if found is None or found > MEMORY:
        return []
    return [
        "The states have a memory: which comes next depends on the one before the present "
        f"(p = {found:.1g}). Rates of a Markov process describe them only roughly."
    ]
