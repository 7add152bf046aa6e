"""How a computation ended, with the advice that goes with each ending."""

from __future__ import annotations

import enum


class Status(enum.Enum):
    """The ending of a run; the value is the advice shown to the user."""

    CONVERGED = "The tolerance was reached."
    MAX_STEPS = "The step limit came first: raise it (`-p steps=...`) or resume the run."
    STALLED = (
        "Progress stopped above the tolerance: give the network more width, another seed, "
        "or declare jumps and singular points of the potential."
    )
    NONFINITE = (
        "A NaN or infinity appeared and the last finite state was kept: "
        "lower the learning rate or check the problem's functions."
    )
    ILL_CONDITIONED = (
        "The linear system lost too many digits: raise the truncation or the number of points."
    )
    UNRESOLVED = (
        "The basis does not resolve the solution to the tolerance: raise `width` and `points`, "
        "or declare jumps and singular points of the potential."
    )
    COLLAPSED = (
        "The network fell to the trivial solution psi = 0 (or to an energy that no state has): "
        "use method 'pinn' or 'ritz', which cannot collapse."
    )
    INTERRUPTED = "Stopped on request: `sciml resume RUN` continues from the last checkpoint."

    @property
    def advice(self) -> str:
        """What to do about this ending."""
        return str(self.value)

    @property
    def ok(self) -> bool:
        """Whether the result meets its own tolerance."""
        return self is Status.CONVERGED
