"""Equations with a part missing: what is known, and where the hidden terms stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import sympy

from sciml import formula
from sciml.domain import Box
from sciml.errors import BadProblem, did_you_mean
from sciml.origin import Origin
from sciml.records import Records

Known = str | Callable[[Mapping[str, Any], Mapping[str, Any]], Any]
"""a formula, or a JAX function (quantities by name, parameters by name) -> rate, on arrays"""


@dataclass(frozen=True)
class Hidden:
    """A term that is missing.

    Attributes
    ----------
    name : what it is called, such as "F".
    adds_to : the state whose rate it adds to, or {state: factor} where it acts on several,
        such as {"S": -1, "I": 1}.
    inputs : what it may depend on: states, derivatives along space ("u_x"), the time "t",
        coordinates.
    """

    name: str
    adds_to: str | Mapping[str, float]
    inputs: tuple[str, ...]

    def __post_init__(self) -> None:
        inputs = (self.inputs,) if isinstance(self.inputs, str) else tuple(self.inputs)
        object.__setattr__(self, "inputs", inputs)
        if not inputs:
            raise BadProblem(f"the hidden term '{self.name}' has no inputs.", "name at least one")

    @property
    def factors(self) -> dict[str, float]:
        """State -> the factor with which the term adds to its rate."""
        if isinstance(self.adds_to, str):
            return {self.adds_to: 1.0}
        return {state: float(value) for state, value in self.adds_to.items()}


@dataclass(frozen=True, kw_only=True)
class HiddenTermProblem:
    """d state/dt = known + hidden terms, for ordinary (axes t) or partial differential equations.

    Attributes
    ----------
    states : names of the unknown functions.
    known : state -> the known part of its rate; a state that is not named has none. A formula
        may name states, their derivatives along space ("u_xx"), coordinates and parameters.
    hidden : the terms that are missing.
    params : parameter -> value.
    free : parameters whose values are not known and are fitted as well, from `params` on.
    name : for listings and results.
    bounds : of a partial differential equation, axis of space -> (lower, upper).
    periodic : axes of space along which everything repeats.
    walls : face such as "x:lower" -> {state: "value" or "flux"}: where the state vanishes, or
        where its normal derivative does. Where nothing is said the values are read off the data.
    positive : states that are positive and whose measurement errors are relative: their
        logarithms are compared with the data.
    units : quantity or parameter -> unit such as "mol/L", for the check of units.
    truth : hidden term -> its formula, where known; used to score, never to find.
    data : the measurements.
    origin, citation : provenance, filled by the registry and by the author.

    Raises
    ------
    BadProblem : a formula that cannot be parsed (with the position), a hidden term that adds to
        no state or reads what does not exist, no hidden term at all, a name used twice.
    """

    kind: ClassVar[str] = "hidden term"
    states: tuple[str, ...]
    hidden: tuple[Hidden, ...]
    known: Mapping[str, Known] = field(default_factory=dict)
    params: Mapping[str, float] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    name: str = "system"
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    periodic: tuple[str, ...] = ()
    walls: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    truth: Mapping[str, str] = field(default_factory=dict)
    data: Records | None = None
    origin: Origin | None = None
    citation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", _names(self.states))
        hidden = (self.hidden,) if isinstance(self.hidden, Hidden) else tuple(self.hidden)
        object.__setattr__(self, "hidden", hidden)
        for name in ("free", "periodic", "positive"):
            object.__setattr__(self, name, _names(getattr(self, name)))
        self._check_names()
        for term in self.hidden:
            self._check_hidden(term)
        _ = self.formulas
        for face, kinds in self.walls.items():
            axis, _, side = face.partition(":")
            if axis not in self.space or side not in ("lower", "upper"):
                raise BadProblem(
                    f"'{face}' is no face of '{self.name}'.",
                    f"name faces as axis:lower or axis:upper, axes {list(self.space)}",
                )
            for state, kind in kinds.items():
                if state not in self.states or kind not in ("value", "flux"):
                    raise BadProblem(
                        f"the wall '{face}' says '{state}': '{kind}'.",
                        "give {state: 'value'} where it vanishes, {state: 'flux'} where its "
                        "normal derivative does",
                    )

    def _check_names(self) -> None:
        names = [*self.states, *self.params, *self.axes, *(h.name for h in self.hidden)]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise BadProblem(f"'{twice[0]}' names two things.", "give each its own name")
        for name in names:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name in formula.FUNCTIONS:
                raise BadProblem(f"'{name}' is no name.", "use letters and digits")
        if not self.states:
            raise BadProblem("no states are named.", "give states=['x', ...]")
        if not self.hidden:
            raise BadProblem(
                f"'{self.name}' has no hidden term.",
                "say where something is missing: hidden=[Hidden('F', adds_to='x', inputs=['x'])]",
            )
        for what, given, known in (
            ("known", tuple(self.known), self.states),
            ("positive", self.positive, self.states),
            ("free", self.free, tuple(self.params)),
            ("periodic", self.periodic, self.space),
        ):
            for name in given:
                if name not in known:
                    raise BadProblem(
                        f"{what} names '{name}'. {did_you_mean(name, known)}".rstrip(),
                        f"choose from {list(known)}",
                    )

    def _check_hidden(self, term: Hidden) -> None:
        for state in term.factors:
            if state not in self.states:
                raise BadProblem(
                    f"the hidden term '{term.name}' adds to '{state}', which is no state. "
                    f"{did_you_mean(state, self.states)}".rstrip(),
                    f"the states are {list(self.states)}",
                )
        for name in term.inputs:
            if name not in (*self.states, *self.axes) and self.derivative(name) is None:
                raise BadProblem(
                    f"the hidden term '{term.name}' reads '{name}', which is no state, "
                    f"coordinate or derivative. {did_you_mean(name, self.states)}".rstrip(),
                    f"the states are {list(self.states)}, the coordinates {list(self.axes)}"
                    + (
                        f", derivatives such as {self.states[0]}_{self.space[0]}"
                        if self.space
                        else ""
                    ),
                )

    @property
    def fields(self) -> tuple[str, ...]:
        """The unknown functions, as other problems call them."""
        return self.states

    @property
    def dimension(self) -> int:
        """Number of coordinates, the time among them."""
        return len(self.axes)

    @property
    def domain(self) -> Box:
        """The times of the data (0 to 1 without data) and the bounds of space."""
        lower, upper = 0.0, 1.0
        if self.data is not None:
            times = [e.times for e in self.data.experiments]
            lower, upper = min(t.min() for t in times), max(t.max() for t in times)
        return Box({"t": (lower, upper), **self.bounds})

    @property
    def space(self) -> tuple[str, ...]:
        """Axes of space, in order; () for an ordinary differential equation."""
        return tuple(self.bounds)

    @property
    def axes(self) -> tuple[str, ...]:
        """All coordinates: the time "t" first."""
        return ("t", *self.bounds)

    def derivative(self, name: str) -> tuple[str, tuple[int, ...]] | None:
        """Return (state, order along each axis of space) of a name such as "u_xx", or None."""
        for state in self.states:
            prefix, letters = name[: len(state) + 1], name[len(state) + 1 :]
            if prefix == f"{state}_" and letters and all(c in self.space for c in letters):
                return state, tuple(letters.count(a) for a in self.space)
        return None

    @cached_property
    def formulas(self) -> dict[str, sympy.Expr]:
        """The known rates that are given as formulas: state -> expression."""
        names = self._quantities
        found = {}
        for state, known in self.known.items():
            if isinstance(known, str):
                found[state] = formula.parse(known, names, f"the known part of '{state}'")
        return found

    def rates(self, laws: Sequence[sympy.Expr]) -> dict[str, sympy.Expr]:
        """Return the whole rate of every state, with a formula for each hidden term, in order.

        Known parts that are functions are not in it.
        """
        found = {}
        for state in self.states:
            rate = sympy.sympify(self.formulas.get(state, 0))
            for term, law in zip(self.hidden, laws, strict=True):
                rate = rate + sympy.nsimplify(term.factors.get(state, 0.0)) * law
            found[state] = rate
        return found

    @property
    def _quantities(self) -> list[str]:
        named = set(
            re.findall(
                r"[A-Za-z][A-Za-z0-9_]*",
                " ".join(k for k in self.known.values() if isinstance(k, str)),
            )
        )
        derivatives = sorted(n for n in named if self.derivative(n) is not None)
        return [*self.states, *derivatives, *self.axes, *self.params]

    @cached_property
    def derivatives(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Derivatives along space that the equation reads: name -> (state, orders)."""
        named = {str(s) for e in self.formulas.values() for s in e.free_symbols}
        named |= {name for term in self.hidden for name in term.inputs}
        found = {name: self.derivative(name) for name in sorted(named)}
        return {name: order for name, order in found.items() if order is not None}

    @property
    def order(self) -> int:
        """Highest order of a derivative along space."""
        return max((sum(orders) for _, orders in self.derivatives.values()), default=0)


def _names(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
