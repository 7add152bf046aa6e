"""The residuals of a hidden-term PINN: data, equation, walls, prior (arXiv 2212.04630, section 3).

Every experiment has its own network for the solution u(t, x); the networks F(z) of the hidden
terms are shared. Residuals are evaluated point by point, so that their Jacobian is too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int

from discovery.surrogate.scales import Scales
from sciml import formula, jet
from sciml.hidden import HiddenTermProblem
from sciml.nets import Network
from sciml.records import Records


@dataclass(frozen=True, eq=False)
class Model:
    """A problem with its networks.

    Attributes
    ----------
    problem, scales : what is modelled, and its units.
    solution, hidden : networks of the solution and of each hidden term.
    known : state -> function of quantities by name.
    parameters : value of every parameter in every experiment [e, p].
    names : jet names that the equation reads -> (state, order along each axis).
    """

    problem: HiddenTermProblem
    scales: Scales
    solution: Network
    hidden: tuple[Network, ...]
    known: Mapping[str, Callable[[Mapping[str, Any]], Any]]
    parameters: Float[np.ndarray, "e p"]
    names: Mapping[str, tuple[str, tuple[int, ...]]]

    def start(self, key: Array) -> Any:
        """Return first parameters: networks drawn at random, hidden terms near zero."""
        problem, experiments = self.problem, len(self.parameters)
        keys = jax.random.split(key, experiments + len(self.hidden))
        nets = [self.solution.init(k) for k in keys[:experiments]]
        stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *nets)
        terms = []
        for network, k in zip(self.hidden, keys[experiments:], strict=True):
            drawn = network.init(k)
            terms.append({**drawn, "head": jax.tree.map(lambda a: 0.1 * a, drawn["head"])})
        free = jnp.array([problem.params[n] for n in problem.free], float)
        return {"solution": stacked, "hidden": terms, "free": free}

    def features(self, point: Float[Array, " d"]) -> Float[Array, " i"]:
        """The coordinates as the solution's network takes them: periodic axes as waves."""
        scaled = (point - self.scales.middle) / self.scales.half
        parts = []
        for i, axis in enumerate(self.problem.axes):
            if axis in self.problem.periodic:
                parts += [jnp.sin(jnp.pi * scaled[i]), jnp.cos(jnp.pi * scaled[i])]
            else:
                parts.append(scaled[i])
        return jnp.stack(parts)

    def shown(
        self, params: Any, experiment: Int[Array, ""], point: Float[Array, " d"]
    ) -> Float[Array, " s"]:
        """What is compared with the data: states, or logarithms, in units of their spread."""
        own = jax.tree.map(lambda leaf: leaf[experiment], params["solution"])
        return self.solution.apply(own, self.features(point))

    def fields(
        self, params: Any, experiment: Int[Array, ""], point: Float[Array, " d"]
    ) -> Float[Array, " s"]:
        """The states of one experiment at a point."""
        shown = self.scales.mean + self.scales.spread * self.shown(params, experiment, point)
        positive = np.array([s in self.problem.positive for s in self.problem.states])
        return jnp.where(positive, jnp.exp(shown), shown) if positive.any() else shown

    def term(self, params: Any, index: int, inputs: Float[Array, " i"]) -> Float[Array, ""]:
        """One hidden term at given inputs, in units of the rate it adds to."""
        scaled = (inputs - self.scales.centre[index]) / self.scales.width[index]
        states = list(self.problem.hidden[index].factors)
        rate = max(self.scales.rate[self.problem.states.index(s)] for s in states)
        return rate * self.hidden[index].apply(params["hidden"][index], scaled)[0]

    def quantities(
        self, params: Any, experiment: Int[Array, ""], point: Float[Array, " d"]
    ) -> dict[str, Any]:
        """States, derivatives (those in time too), coordinates and parameters by name."""
        values = jet.evaluate(
            lambda x: self.fields(params, experiment, x), self.names, self.problem.states, point
        )
        found = dict(vars(values))
        found |= {axis: point[i] for i, axis in enumerate(self.problem.axes)}
        own = jnp.asarray(self.parameters)[experiment]
        found |= {name: own[i] for i, name in enumerate(self.problem.params)}
        found |= {name: params["free"][i] for i, name in enumerate(self.problem.free)}
        return found

    def terms(self, params: Any, quantities: Mapping[str, Any]) -> list[Array]:
        """All hidden terms at given quantities."""
        return [
            self.term(params, m, jnp.stack([jnp.asarray(quantities[n]) for n in h.inputs]))
            for m, h in enumerate(self.problem.hidden)
        ]

    def equation(
        self, params: Any, experiment: Int[Array, ""], point: Float[Array, " d"]
    ) -> Float[Array, " s"]:
        """The residual of every state's equation, in units of its rate; 0 where it holds."""
        quantities = self.quantities(params, experiment, point)
        hidden = self.terms(params, quantities)
        residuals = []
        for i, state in enumerate(self.problem.states):
            rate = self.known[state](quantities) if state in self.known else 0.0
            for term, value in zip(self.problem.hidden, hidden, strict=True):
                rate = rate + term.factors.get(state, 0.0) * value
            scale = self.scales.rate[i]
            if state in self.problem.positive:
                scale = quantities[state] * self.scales.spread[i] / self.scales.half[0]
            residuals.append((quantities[f"{state}_t"] - rate) / scale)
        return jnp.stack(residuals)


def known_parts(problem: HiddenTermProblem) -> dict[str, Callable[[Mapping[str, Any]], Any]]:
    """Return the known rates as JAX functions of quantities by name."""
    found: dict[str, Callable[[Mapping[str, Any]], Any]] = {}
    for state, part in problem.known.items():
        if callable(part):
            found[state] = _called(part, tuple(problem.params))
        else:
            found[state] = _formula(problem.formulas[state])
    return found


def _called(part: Callable[[Any, Any], Any], params: tuple[str, ...]) -> Callable[[Any], Any]:
    return lambda q: part(
        {k: v for k, v in q.items() if k not in params}, {k: q[k] for k in params}
    )


def _formula(expression: sympy.Expr) -> Callable[[Mapping[str, Any]], Any]:
    names = sorted(str(s) for s in expression.free_symbols)
    function = sympy.lambdify([formula.symbol(n) for n in names], expression, modules="jax")
    return lambda q: function(*(q[n] for n in names))


def jet_names(problem: HiddenTermProblem) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return the derivatives that are needed: jet name -> (state, order along t and space)."""
    none = (0,) * len(problem.space)
    found = {state: (state, (0, *none)) for state in problem.states}
    found |= {f"{state}_t": (state, (1, *none)) for state in problem.states}
    found |= {n: (state, (0, *orders)) for n, (state, orders) in problem.derivatives.items()}
    return found


@dataclass(frozen=True, eq=False)
class Points:
    """Where residuals are evaluated, as arrays of fixed shape.

    Attributes
    ----------
    data, data_of : points [n, d] and experiments [n] of the data.
    values, seen : what was measured [n, s] (0 where not seen), and which values were.
    relative : standard deviation of each value over that of its state's noise [n, s].
    collocation, collocation_of : points [c, d] and experiments [c] where the equation must hold.
    walls : wall points [w, d], their experiments, and for each state 0 (free), 1 (vanishes) or
        2 (flux) as [w, s]; the axis of the flux [w].
    """

    data: Float[np.ndarray, "n d"]
    data_of: Int[np.ndarray, " n"]
    values: Float[np.ndarray, "n s"]
    seen: Float[np.ndarray, "n s"]
    relative: Float[np.ndarray, "n s"]
    collocation: Float[np.ndarray, "c d"]
    collocation_of: Int[np.ndarray, " c"]
    walls: Float[np.ndarray, "w d"]
    walls_of: Int[np.ndarray, " w"]
    kinds: Int[np.ndarray, "w s"]
    normal: Int[np.ndarray, " w"]


Flat = tuple[Float[Array, " n"], Callable[[Array], Any]]


def flat(params: Any) -> Flat:
    """Return parameters as one vector, and the way back."""
    vector, back = ravel_pytree(params)
    return vector, back


def records_arrays(
    problem: HiddenTermProblem, records: Records, scales: Scales
) -> dict[str, np.ndarray]:
    """Return the data as arrays for `Points`, in units of each state's spread."""
    positive = np.array([s in problem.positive for s in problem.states])
    values, seen, relative = [], [], []
    for e in records.experiments:
        with np.errstate(invalid="ignore", divide="ignore"):
            shown = np.where(positive, np.log(e.values), e.values)
            noise = np.full(e.values.shape, np.nan) if e.noise is None else e.noise
            noise = np.where(positive, noise / e.values, noise)
        ok = e.observed
        values.append(np.where(ok, (shown - scales.mean) / scales.spread, 0.0))
        seen.append(ok.astype(float))
        relative.append(np.where(ok, noise / scales.spread, np.nan))
    counts = [len(e.points) for e in records.experiments]
    return {
        "data": np.concatenate([e.points for e in records.experiments]),
        "data_of": np.repeat(np.arange(len(counts)), counts),
        "values": np.concatenate(values),
        "seen": np.concatenate(seen),
        "relative": np.concatenate(relative),
    }
