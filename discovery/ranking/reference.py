"""How the data answer to a small change of a hidden term, to first order.

Along a reference solution x(t) of dx/dt = f(x), a forcing b θ(t) adds δ(t) with
    dδ/dt = A(t) δ + b θ(t),  A = ∂f/∂x,
so that the misfit to the raw data is linear in the coefficients of a dictionary of θ's: no
derivative of noisy data is ever taken. Integrated by the classical Runge-Kutta rule on a grid that
holds the data's times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.ranking.dynamics import terms
from discovery.ranking.refit import Fit, Model, Target

CELLS = 160
"""steps of the grid over an experiment's whole time, at least"""


@dataclass(frozen=True, eq=False)
class Reference:
    """One experiment's solution, and the linearised equation along it.

    Attributes
    ----------
    times : grid [2k + 1]; every second time is a node, the others are the middles of the steps.
    states : the solution [2k + 1, s].
    slope : A, the derivative of the rates in the states, [2k + 1, s, s].
    hidden : values of the hidden terms [2k + 1, m].
    free : derivative of the rates in the free parameters [2k + 1, s, f].
    nodes : number of the node at which each row of data stands [n].
    """

    times: Float[np.ndarray, " g"]
    states: Float[np.ndarray, "g s"]
    slope: Float[np.ndarray, "g s s"]
    hidden: Float[np.ndarray, "g m"]
    free: Float[np.ndarray, "g s f"]
    nodes: Float[np.ndarray, " n"]


def grid(times: Float[np.ndarray, " n"], begin: float) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and middles in turn, and the number of the node of each data time."""
    stops, where = np.unique(np.concatenate([[begin], times]), return_inverse=True)
    if len(stops) == 1:
        stops = np.array([begin, begin + 1.0])
    largest = (stops[-1] - stops[0]) / CELLS
    nodes, at = [stops[:1]], [0]
    for a, b in zip(stops[:-1], stops[1:], strict=True):
        cells = max(2, int(np.ceil((b - a) / largest - 1e-9)))
        nodes.append(np.linspace(a, b, cells + 1)[1:])
        at.append(at[-1] + cells)
    ends = np.concatenate(nodes)
    full = np.empty(2 * len(ends) - 1)
    full[::2], full[1::2] = ends, 0.5 * (ends[:-1] + ends[1:])
    return full, np.array(at)[where[1:]]


def of_law(target: Target, fit: Fit) -> list[Reference]:
    """Return the references of a law that was fitted, one an experiment."""
    model = Model(target, fit.law)
    p = model.pack(fit.law.values, fit.free, fit.starts)[None]
    function = terms(target.problem, fit.law)
    constants = np.asarray(fit.law.values, float)[None]

    def hidden(quantities: dict[str, np.ndarray]) -> list[np.ndarray]:
        return function(quantities, constants)

    found = []
    for i, experiment in enumerate(target.records.experiments):
        times, nodes = grid(experiment.times, target.begins[i])
        states = model.trajectory(p, i, times)
        assert states is not None
        found.append(linearised(target, i, times, nodes, states[:, 0], hidden, fit.free))
    return found


Hiddens = Callable[[dict[str, np.ndarray]], Sequence[np.ndarray]]
"""quantities [g, 1] -> values of every hidden term"""


def linearised(
    target: Target,
    index: int,
    times: np.ndarray,
    nodes: np.ndarray,
    states: Float[np.ndarray, "g s"],
    hidden: Hiddens,
    free: Sequence[float],
) -> Reference:
    """Return the reference of one experiment along given states, its slopes by differences."""
    problem = target.problem
    own = target.records.experiments[index].params
    params = {**problem.params, **own, **dict(zip(problem.free, free, strict=True))}

    def evaluated(x: np.ndarray, values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        quantities = {**values, "t": times[:, None]}
        quantities |= {s: x[:, i : i + 1] for i, s in enumerate(problem.states)}
        terms_here = [_column(h, len(x)) for h in hidden(quantities)]
        rate = target.rates.of(quantities, terms_here)
        return np.hstack([_column(r, len(x)) for r in rate]), np.hstack(terms_here)

    base, forces = evaluated(states, params)
    size = np.maximum(np.abs(states), 1e-3 * np.max(np.abs(states), axis=0) + 1e-300)
    slope = np.empty((len(times), len(problem.states), len(problem.states)))
    for i in range(len(problem.states)):
        h = 1e-5 * size[:, i : i + 1]
        ahead, behind = states.copy(), states.copy()
        ahead[:, i : i + 1] += h
        behind[:, i : i + 1] -= h
        slope[:, :, i] = (evaluated(ahead, params)[0] - evaluated(behind, params)[0]) / (2 * h)
    moved = []
    for name in problem.free:
        h = 1e-6 * max(abs(params[name]), 1e-3)
        moved.append((evaluated(states, {**params, name: params[name] + h})[0] - base) / h)
    sensitive = np.stack(moved, -1) if moved else np.empty((*base.shape, 0))
    return Reference(times, states, slope, forces, sensitive, nodes)


def _column(values: np.ndarray | float, rows: int) -> np.ndarray:
    return np.broadcast_to(np.asarray(values, float), (rows, 1))


def respond(
    reference: Reference, forcing: Float[np.ndarray, "g s j"], start: Float[np.ndarray, "s j"]
) -> Float[np.ndarray, "n s j"]:
    """Return δ at the data's times for forcings and initial values of δ, j of them at once."""
    ends = reference.times[::2]
    delta = start.copy()
    path = np.empty((len(ends), *start.shape))
    path[0] = delta
    for i in range(len(ends) - 1):
        h = ends[i + 1] - ends[i]
        a0, a1, a2 = reference.slope[2 * i : 2 * i + 3]
        f0, f1, f2 = forcing[2 * i : 2 * i + 3]
        k1 = a0 @ delta + f0
        k2 = a1 @ (delta + 0.5 * h * k1) + f1
        k3 = a1 @ (delta + 0.5 * h * k2) + f1
        k4 = a2 @ (delta + h * k3) + f2
        delta = delta + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path[i + 1] = delta
    return path[reference.nodes]


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
    dictionary: Sequence[Sequence[Float[np.ndarray, "g j"]]],
) -> Regression:
    """Return the regression of the data on a dictionary.

    Parameters
    ----------
    dictionary : for every hidden term, for every experiment, its entries' values on the grid.
    """
    problem, experiments = target.problem, target.records.experiments
    states = len(problem.states)
    factors = np.array([[h.factors.get(s, 0.0) for s in problem.states] for h in problem.hidden])
    misfit, columns, nuisance = [], [], []
    for i, (experiment, reference) in enumerate(zip(experiments, references, strict=True)):
        own = np.einsum("gm,ms->gs", reference.hidden, factors)[:, :, None]
        forcing = [
            factors[m][None, :, None] * entries[i][:, None, :]
            for m, entries in enumerate(dictionary)
        ]
        every = np.concatenate([own, reference.free, *forcing], axis=2)
        start = np.zeros((states, every.shape[2] + states))
        start[:, every.shape[2] :] = np.eye(states)
        every = np.concatenate([every, np.zeros((*every.shape[:2], states))], axis=2)
        answer = respond(reference, every, start)
        at = reference.states[::2][reference.nodes]
        tangent = np.where(target.positive, 1.0 / np.maximum(np.abs(at), 1e-300), 1.0)
        weight = tangent / target.deviations(experiment)
        rest = target.compared(experiment.values) - target.compared(at)
        rows = experiment.observed
        r = (rest / target.deviations(experiment))[rows]
        c = (answer * weight[:, :, None])[rows]
        free = reference.free.shape[2]
        misfit.append(r + c[:, 0])
        columns.append(c[:, 1 + free : -states])
        nuisance.append((c[:, 1 : 1 + free], c[:, -states:]))
    starts = _block([n[1] for n in nuisance])
    basis = np.hstack([np.vstack([n[0] for n in nuisance]), starts])
    left, singular, _ = np.linalg.svd(basis, full_matrices=False)
    left = left[:, singular > 1e-10 * singular[0]]
    target_vector, matrix = np.concatenate(misfit), np.vstack(columns)
    return Regression(
        target_vector - left @ (left.T @ target_vector), matrix - left @ (left.T @ matrix)
    )


def _block(parts: list[np.ndarray]) -> np.ndarray:
    from scipy.linalg import block_diag

    return np.asarray(block_diag(*parts))
