"""How the data answer to a small change of a hidden term, to first order.

Along a reference solution y(t) of dy/dt = f(y), a forcing b θ(t) adds δ(t) with
    dδ/dt = A(t) δ + b θ(t),  A = ∂f/∂y,
so that the misfit to the raw data is linear in the coefficients of a dictionary of θ's: no
derivative of noisy data is ever taken. Integrated by the implicit midpoint rule on a grid that
holds the data's times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import block_diag

from discovery.ranking.model import Model
from discovery.ranking.target import Fit, Target

CELLS = {"ordinary": 400, 1: 120, 2: 60}
"""steps of the grid over an experiment's whole time, at least: of ODEs, of one axis, of two"""

ROWS = 4000
"""largest number of perturbed solutions evaluated at once"""

Hiddens = Callable[[dict[str, Any]], Sequence[Any]]
"""quantities [b, points] -> values of every hidden term"""


@dataclass(frozen=True, eq=False)
class Reference:
    """One experiment's solution, and the linearised equation along it.

    Attributes
    ----------
    times : nodes of the grid [k + 1].
    states : the unknowns at the nodes [k + 1, n].
    slope : (number of a step) -> A at its middle [n, n].
    quantities : states, derivatives and coordinates by name at the middles, [k, points] each.
    hidden : values of the hidden terms at the middles [m, k, points].
    free : derivative of the unknowns' rates in the free parameters at the middles [k, n, f].
    initial : derivative of the initial unknowns in their parameters [n, q].
    rows : number of the node at which each row of data stands [r].
    """

    times: Float[np.ndarray, " g"]
    states: Float[np.ndarray, "g n"]
    slope: Callable[[int], Float[np.ndarray, "n n"]]
    quantities: dict[str, np.ndarray]
    hidden: Float[np.ndarray, "m k p"]
    free: Float[np.ndarray, "k n f"]
    initial: Float[np.ndarray, "n q"]
    rows: Int[np.ndarray, " r"]


def grid(stops: Float[np.ndarray, " m"], cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes that hold given ascending times, and the number of the node of each."""
    if len(stops) == 1:
        return np.array([stops[0], stops[0] + 1.0]), np.array([0])
    largest = (stops[-1] - stops[0]) / cells
    nodes, at = [stops[:1]], [0]
    for a, b in zip(stops[:-1], stops[1:], strict=True):
        count = max(1, int(np.ceil((b - a) / largest - 1e-9)))
        nodes.append(np.linspace(a, b, count + 1)[1:])
        at.append(at[-1] + count)
    return np.concatenate(nodes), np.array(at)


def cells(target: Target) -> int:
    """Return the number of steps that suits a problem."""
    return CELLS[len(target.problem.space) or "ordinary"]


def of_law(target: Target, fit: Fit) -> list[Reference]:
    """Return the references of a law that was fitted, one an experiment."""
    model = Model(target, fit.law)
    p = model.pack(fit.law.values, fit.free, fit.starts)[None]
    constants = np.asarray(fit.law.values, float)[None]

    def hidden(quantities: dict[str, Any]) -> Sequence[Any]:
        return model.terms(quantities, constants)

    found = []
    for i, space in enumerate(target.spaces):
        times, at = grid(space.times, cells(target))
        path = model.trajectory(p, i, times)
        assert path is not None
        found.append(linearised(target, i, times, at, path[:, 0], hidden, fit.free, fit.starts[i]))
    return found


def linearised(
    target: Target,
    index: int,
    times: Float[np.ndarray, " g"],
    at: Int[np.ndarray, " m"],
    states: Float[np.ndarray, "g n"],
    hidden: Hiddens,
    free: Sequence[float],
    start: Float[np.ndarray, " q"],
) -> Reference:
    """Return the reference of one experiment along given unknowns, its slopes by differences.

    Parameters
    ----------
    times, at : grid in time, and the nodes at which the space's times stand (see `grid`).
    states : unknowns at the nodes.
    hidden : the hidden terms.
    free, start : values of the free parameters, and parameters of the initial state.
    """
    problem, space = target.problem, target.spaces[index]
    own = target.records.experiments[index].params
    params = {**problem.params, **own, **dict(zip(problem.free, free, strict=True))}
    middles = 0.5 * (times[1:] + times[:-1])
    between = 0.5 * (states[1:] + states[:-1])

    def rate(t: Any, y: np.ndarray, values: dict[str, float]) -> np.ndarray:
        quantities = {**values, **space.quantities(t, y)}
        return space.gather(target.rates.of(quantities, hidden(quantities)), t, y)

    size = np.maximum(np.abs(between), 1e-3 * np.max(np.abs(between)) + 1e-300)

    def slope(step: int) -> np.ndarray:
        h = 1e-5 * size[step]
        moved = np.concatenate([between[step] + np.diag(h), between[step] - np.diag(h)])
        rates = rate(middles[step], moved, params)
        n = len(h)
        return ((rates[:n] - rates[n:]) / (2 * h[:, None])).T

    quantities = _whole({**params, **space.quantities(middles[:, None], between)}, between)
    values = np.stack(
        [np.broadcast_to(h, quantities[problem.states[0]].shape) for h in hidden(quantities)]
    )
    base = rate(middles[:, None], between, params)
    moved = []
    for name in problem.free:
        h = 1e-6 * max(abs(params[name]), 1e-3)
        ahead = rate(middles[:, None], between, {**params, name: params[name] + h})
        moved.append((ahead - base) / h)
    sensitive = np.stack(moved, -1) if moved else np.empty((*base.shape, 0))
    rows = at[space.rows]
    return Reference(
        times, states, slope, quantities, values, sensitive, space.tangent(start), rows
    )


def _whole(found: dict[str, Any], between: np.ndarray) -> dict[str, np.ndarray]:
    """Quantities as full arrays [k, points]."""
    points = max(np.shape(v)[-1] for v in found.values() if np.ndim(v))
    shape = (len(between), points)
    return {name: np.broadcast_to(np.asarray(v, float), shape) for name, v in found.items()}


def respond(
    reference: Reference,
    forcing: Callable[[int], Float[np.ndarray, "n j"]],
    start: Float[np.ndarray, "n j"],
) -> Float[np.ndarray, "g n j"]:
    """Return δ at all nodes for the forcings of each step and initial values, j of them at once."""
    path = np.empty((len(reference.times), *start.shape))
    path[0] = start
    eye = np.eye(len(start))
    for i, h in enumerate(np.diff(reference.times)):
        half = 0.5 * h * reference.slope(i)
        right = path[i] + half @ path[i] + h * forcing(i)
        path[i + 1] = np.linalg.solve(eye - half, right)
    return path


@dataclass(frozen=True, eq=False)
class Regression:
    """The linear problem that remains: misfit = columns · coefficients, in units of the noise.

    Attributes
    ----------
    misfit : [N], free of what initial states and free parameters explain.
    columns : one a dictionary entry [N, J], likewise.
    """

    misfit: Float[np.ndarray, " N"]
    columns: Float[np.ndarray, "N J"]


def regression(
    target: Target,
    references: Sequence[Reference],
    dictionary: Sequence[Sequence[Float[np.ndarray, "_ p _"]]],
) -> Regression:
    """Return the regression of the data on a dictionary.

    Parameters
    ----------
    dictionary : for every hidden term, for every experiment, its entries at the middles of the
        reference's steps and the points of space.
    """
    misfit, columns, shared, starts = [], [], [], []
    for i, (experiment, reference) in enumerate(
        zip(target.records.experiments, references, strict=True)
    ):
        answer, at = _answer(target, i, reference, [table[i] for table in dictionary])
        tangent = np.where(target.positive, 1.0 / np.maximum(np.abs(at), 1e-300), 1.0)
        weight = tangent / target.deviations(experiment)
        rest = target.compared(experiment.values) - target.compared(at)
        rows = experiment.observed
        c = (answer * weight[:, :, None])[rows]
        free, initial = reference.free.shape[2], reference.initial.shape[1]
        misfit.append((rest / target.deviations(experiment))[rows] + c[:, 0])
        shared.append(c[:, 1 : 1 + free])
        starts.append(c[:, 1 + free : 1 + free + initial])
        columns.append(c[:, 1 + free + initial :])
    basis = np.hstack([np.vstack(shared), np.asarray(block_diag(*starts))])
    left, singular, _ = np.linalg.svd(basis, full_matrices=False)
    left = left[:, singular > 1e-8 * singular[0]]
    vector, matrix = np.concatenate(misfit), np.vstack(columns)
    return Regression(vector - left @ (left.T @ vector), matrix - left @ (left.T @ matrix))


def _answer(
    target: Target, index: int, reference: Reference, tables: Sequence[np.ndarray]
) -> tuple[Float[np.ndarray, "r s j"], Float[np.ndarray, "r s"]]:
    """Response of the data to own hidden terms, free parameters, initial state and entries."""
    problem, space = target.problem, target.spaces[index]
    n, initial = space.size, reference.initial.shape[1]

    def acting(m: int, values: np.ndarray) -> np.ndarray:
        total = np.zeros((1, n, values.shape[1]))
        for state, factor in problem.hidden[m].factors.items():
            total = total + factor * space.spread(values[None], problem.states.index(state))
        return total[0]

    def forcing(step: int) -> np.ndarray:
        own = sum(acting(m, reference.hidden[m, step][:, None]) for m in range(len(problem.hidden)))
        entries = [acting(m, table[step]) for m, table in enumerate(tables)]
        return np.hstack([own, reference.free[step], np.zeros((n, initial)), *entries])

    start = np.zeros((n, forcing(0).shape[1]))
    free = reference.free.shape[2]
    start[:, 1 + free : 1 + free + initial] = reference.initial
    path = respond(reference, forcing, start)
    answer = space.observe(np.moveaxis(path, 1, 2), reference.rows)
    at = space.observe(reference.states, reference.rows)
    return np.moveaxis(answer, 1, 2), at
