"""How a computation ended, with the advice that goes with each ending."""

from __future__ import annotations

import enum


class Status(enum.Enum):
    """The ending of a run; the value is the advice shown to the user."""

    CONVERGED = "The tolerance was reached."
    SEVERAL = (
        "The tolerance was reached by more than one solution: the equation does not choose "
        "between them, look at `value['branches']` and give a condition that does."
    )
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
        "The equation determines the solution badly (a resonance, or too few conditions): "
        "the warnings say why; change the parameter that is close to critical, or add conditions."
    )
    UNRESOLVED = (
        "The basis does not resolve the solution to the tolerance: the warnings say where; give "
        "it more functions or points, or declare jumps, singular points or corner functions."
    )
    AMBIGUOUS = (
        "The data do not choose between the laws of the short list: see the warnings, and "
        "`value['next']` for where to measure next."
    )
    NO_LAW = (
        "No law that was tried explains the data to within their noise: name further inputs, "
        "allow more functions (`-p operators=...`), or check the known part and the noise."
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
        return self in (Status.CONVERGED, Status.SEVERAL)
