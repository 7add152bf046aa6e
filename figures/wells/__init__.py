"""Bound states of quantum wells, after arXiv 2504.05367.

The three wells of that paper (infinite, finite, barrier) stand here with parameters of our own,
those of the registered problems; its recipe is method `paper`, run again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float

    from sciml.result import Result

WELLS = {
    "infinite_well": "infinite well",
    "finite_well": "finite well",
    "barrier": "barrier",
}
"""registered name of each well -> its name in print"""


def exact_energies(found: Result, states: int) -> Float[np.ndarray, " k"]:
    """Return the lowest exact energies of a result's well."""
    from sciml.problem import EigenProblem

    well = found.built
    assert isinstance(well, EigenProblem)
    assert well.energies is not None
    return well.energies(states)[:states]
