"""A problem with its networks: states, rates and hidden terms at a point (arXiv 2212.04630).

Every experiment has its own network for the solution u(t, x); the networks F(z) of the hidden
terms are shared. Parameters are flat vectors: `own` of one experiment's solution, `shared` of the
hidden terms and the free constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from discovery.surrogate import taylor
from discovery.surrogate.known import Rate, asked, known_parts
from discovery.surrogate.scales import Scales, Units, scales
from sciml.hidden import HiddenTermProblem
from sciml.records import Records


@dataclass(frozen=True)
class Shape:
    """Widths of a network from inputs to outputs, and where its layers stand in a flat vector."""

    widths: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum((a + 1) * b for a, b in zip(self.widths[:-1], self.widths[1:], strict=True))

    def layers(self, vector: Array) -> list[tuple[Array, Array]]:
        """Return (kernel, bias) of every layer."""
        found, at = [], 0
        for a, b in zip(self.widths[:-1], self.widths[1:], strict=True):
            kernel = vector[at : at + a * b].reshape(a, b)
            found.append((kernel, vector[at + a * b : at + (a + 1) * b]))
            at += (a + 1) * b
        return found

    def draw(
        self, rng: np.random.Generator, *, first: float, last: float
    ) -> Float[np.ndarray, " p"]:
        """Return random parameters: normal of variance 1 / fan-in, except for the first layer,
        whose units turn at points spread over the inputs, with slopes of size `first`.
        """
        parts = []
        count = len(self.widths) - 1
        for i, (a, b) in enumerate(zip(self.widths[:-1], self.widths[1:], strict=True)):
            if i == 0:
                kernel, bias = first * rng.normal(size=(a, b)), first * rng.uniform(-1, 1, b)
            else:
                kernel, bias = rng.normal(size=(a, b)) / np.sqrt(a), 0.5 * rng.normal(size=b)
            if i == count - 1:
                kernel, bias = last * kernel, 0.0 * bias
            parts += [kernel.ravel(), bias]
        return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class Model:
    """A problem with its networks.

    Attributes
    ----------
    problem, scales : what is modelled, and its units.
    solution, hidden : networks of the solution and of each hidden term.
    known : state -> known rate.
    parameters, fixed : value of every parameter in every experiment, and whether it stays as it
        is [e, p].
    """

    problem: HiddenTermProblem
    scales: Scales
    solution: Shape
    hidden: tuple[Shape, ...]
    known: Mapping[str, Rate]
    parameters: Float[np.ndarray, "e p"]
    fixed: np.ndarray

    @property
    def shared(self) -> int:
        """Number of parameters that experiments share."""
        return sum(h.size for h in self.hidden) + len(self.problem.free)

    @cached_property
    def names(self) -> dict[str, tuple[str, taylor.Order]]:
        """Derivatives that the equation reads: name -> (state, order along t and space)."""
        none = (0,) * len(self.problem.space)
        found = {f"{state}_t": (state, (1, *none)) for state in self.problem.states}
        read = dict(self.problem.derivatives)
        for name in asked(self.problem, self.known):
            order = self.problem.derivative(name)
            assert order is not None
            read[name] = order
        return found | {n: (state, (0, *orders)) for n, (state, orders) in read.items()}

    def states(
        self, own: Float[Array, " n"], point: Float[Array, " d"], within: taylor.Lines
    ) -> taylor.Series:
        """The states' series at a point, in physical units along scaled coordinates."""
        shown = self._shown(own, point, within)
        shown = [c * self.scales.spread for c in shown]
        shown[0] = shown[0] + self.scales.mean
        positive = self.scales.positive
        if not positive.any():
            return shown
        inside = [jnp.where(positive, c, 0.0) for c in shown]
        grown = taylor.exponential(inside, within)
        return [jnp.where(positive, a, b) for a, b in zip(grown, shown, strict=True)]

    def shown(self, own: Float[Array, " n"], point: Float[Array, " d"]) -> Float[Array, " s"]:
        """What is compared with the data: states or logarithms, in units of their spread."""
        return self._shown(own, point, taylor.lines([]))[0]

    def _shown(self, own: Array, point: Array, within: taylor.Lines) -> taylor.Series:
        scaled = (point - self.scales.middle) / self.scales.half
        periodic = [axis in self.problem.periodic for axis in self.problem.axes]
        inputs = taylor.coordinates(scaled, periodic, self.scales.onset, within)
        return taylor.network(self.solution.layers(own), inputs, within)

    def fields(self, own: Float[Array, " n"], point: Float[Array, " d"]) -> Float[Array, " s"]:
        """The states at a point."""
        return self.states(own, point, taylor.lines([]))[0]

    def values(
        self,
        own: Float[Array, " n"],
        point: Float[Array, " d"],
        names: Mapping[str, tuple[str, taylor.Order]],
    ) -> dict[str, Array]:
        """States and named derivatives at a point, in physical units."""
        within = taylor.lines(sorted({order for _, order in names.values()}))
        series = self.states(own, point, within)
        found = {s: series[0][i] for i, s in enumerate(self.problem.states)}
        slopes = taylor.derivatives(series, within)
        for name, (state, order) in names.items():
            unit = float(np.prod(self.scales.half ** np.array(order)))
            found[name] = slopes[order][self.problem.states.index(state)] / unit
        return found

    def constants(
        self, shared: Float[Array, " k"], given: Float[Array, " p"], fixed: Array
    ) -> dict[str, Array]:
        """Parameters by name, given those of one experiment; free ones unless they are fixed."""
        free = self.free(shared)
        found = {}
        for i, name in enumerate(self.problem.params):
            found[name] = given[i]
            if name in free:
                found[name] = jnp.where(fixed[i], given[i], free[name])
        return found

    def free(self, shared: Float[Array, " k"]) -> dict[str, Array]:
        """The free parameters by name: first value · (1 + offset), or offset where that is 0."""
        start = len(shared) - len(self.problem.free)
        found = {}
        for i, name in enumerate(self.problem.free):
            first = float(self.problem.params[name])
            found[name] = first + (abs(first) or 1.0) * shared[start + i]
        return found

    def term(
        self, shared: Float[Array, " k"], units: Units, index: int, inputs: Float[Array, " i"]
    ) -> Float[Array, ""]:
        """One hidden term at given inputs."""
        start = sum(h.size for h in self.hidden[:index])
        layers = self.hidden[index].layers(shared[start : start + self.hidden[index].size])
        out = (inputs - units.centre[index]) / units.width[index]
        for kernel, bias in layers[:-1]:
            out = jnp.tanh(out @ kernel + bias)
        kernel, bias = layers[-1]
        return units.size[index] * (out @ kernel + bias)[0]

    def terms(
        self, shared: Float[Array, " k"], units: Units, quantities: Mapping[str, Any]
    ) -> list[Array]:
        """All hidden terms at given quantities."""
        return [
            self.term(shared, units, m, jnp.stack([jnp.asarray(quantities[n]) for n in h.inputs]))
            for m, h in enumerate(self.problem.hidden)
        ]

    def quantities(self, own: Float[Array, " n"], point: Float[Array, " d"]) -> dict[str, Array]:
        """States, derivatives and coordinates at a point, by name."""
        found = self.values(own, point, self.names)
        return found | {axis: point[i] for i, axis in enumerate(self.problem.axes)}

    def known_rate(self, quantities: Mapping[str, Any]) -> Float[Array, " s"]:
        """The known part of every state's rate, given quantities and parameters by name."""
        none = jnp.zeros(())
        rates = [
            self.known[s](quantities) if s in self.known else none for s in self.problem.states
        ]
        return jnp.stack([jnp.asarray(r, none.dtype) for r in rates])

    def equation(
        self,
        own: Float[Array, " n"],
        shared: Float[Array, " k"],
        units: Units,
        given: tuple[Array, Array],
        point: Float[Array, " d"],
    ) -> Float[Array, " s"]:
        """The residual of every state's equation in units of its rate; 0 where it holds."""
        quantities = self.quantities(own, point)
        rate = self.known_rate(quantities | self.constants(shared, *given))
        hidden = self.terms(shared, units, quantities)
        residuals = []
        for i, state in enumerate(self.problem.states):
            total = rate[i]
            for term, value in zip(self.problem.hidden, hidden, strict=True):
                if state in term.factors:
                    total = total + term.factors[state] * value
            scale = units.rate[i] * self.scales.pace(point[0])
            if self.scales.positive[i]:  # relative, but for what is small beside the typical value
                typical = float(np.exp(self.scales.mean[i]))
                scale = scale * jnp.sqrt((quantities[state] / typical) ** 2 + 0.01)
            residuals.append((quantities[f"{state}_t"] - total) / scale)
        return jnp.stack(residuals)


def build(
    problem: HiddenTermProblem,
    records: Records,
    *,
    solution: Sequence[int],
    hidden: Sequence[int],
) -> Model:
    """Return a problem's networks, of these widths between inputs and outputs."""
    given = [{**problem.params, **e.params} for e in records.experiments]
    fixed = [
        [n in e.params or n not in problem.free for n in problem.params]
        for e in records.experiments
    ]
    count = len(records.experiments)
    return Model(
        problem,
        scales(problem, records),
        Shape((len(problem.axes) + len(problem.periodic), *solution, len(problem.states))),
        tuple(Shape((len(h.inputs), *hidden, 1)) for h in problem.hidden),
        known_parts(problem),
        np.array([[g[n] for n in problem.params] for g in given], float).reshape(count, -1),
        np.array(fixed, bool).reshape(count, -1),
    )
