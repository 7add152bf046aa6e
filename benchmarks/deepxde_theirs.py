"""DeepXDE's side of the comparison: trainings within budgets of processor seconds.

    python -m benchmarks.deepxde_theirs '{"case": "heat", "seconds": 10, "long": 0, "points": 1800}'

Adam, then L-BFGS to the end, in float64 on PyTorch: the recipe of its own examples. On the first
seed every constraint and network is tried at its usual number of points, the best of them at the
number of points given too; the best of all goes on to the other seeds. Prints a JSON list at last.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from typing import Any

os.environ["DDE_BACKEND"] = "pytorch"

import deepxde as dde  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

import sciml
from benchmarks.deepxde_cases import CASES, Case, source  # noqa: E402
from sciml import archive
from sciml.method import Outcome  # noqa: E402
from sciml.sampling import face_points  # noqa: E402
from sciml.score_fields import score_fields  # noqa: E402
from sciml.status import Status  # noqa: E402

ADAM = 0.5
"""share of the budget that Adam gets; L-BFGS has the rest"""
RATE = 1e-3
SCALES, UNITS = (1.0, 10.0, 100.0), 32
"""standard deviations of the random Fourier features' frequencies, and how many of each"""
WEIGHT = 100.0
"""of the conditions in the loss"""
CHUNK = 20
"""iterations of L-BFGS between looks at the clock"""


SEEDS = range(3)
ENERGIES = (1.0, 10.0, 25.0, 40.0)
"""from which the energy of a bound state is trained"""
WELL = 400
"""points in the well"""
Item = dict[str, Any]


class Budget(dde.callbacks.Callback):
    """Ends a training at a processor time."""

    def __init__(self, end: float) -> None:
        super().__init__()
        self.end = end

    def on_epoch_end(self) -> None:
        """Look at the clock."""
        if time.process_time() >= self.end:
            self.model.stop_training = True


class Derivatives:
    """The jet of a network's output."""

    def __init__(self, axes: tuple[str, ...], x: Any, y: Any) -> None:
        self._axes, self._x, self._y = axes, x, y

    def __getattr__(self, name: str) -> Any:
        """The derivative of this name."""
        letters = [self._axes.index(c) for c in name.partition("_")[2]]
        if not letters:
            return self._y
        if len(letters) == 1:
            return dde.grad.jacobian(self._y, self._x, i=0, j=letters[0])
        return dde.grad.hessian(self._y, self._x, component=0, i=letters[0], j=letters[1])


def train(
    model: Any, seconds: float, start: float, *, weights: Any = None, free: Any = None
) -> int:
    """Train by Adam, then L-BFGS, until so many processor seconds after `start`; return steps."""
    given = {"loss_weights": weights, "external_trainable_variables": free}
    model.compile("adam", lr=RATE, **given)
    model.train(
        iterations=10**7,
        display_every=10**8,
        callbacks=[Budget(start + ADAM * seconds)],
        verbose=0,
    )
    dde.optimizers.set_LBFGS_options(maxiter=10**7, gtol=0)
    options = dde.optimizers.config.LBFGS_options
    options["iter_per_step"], options["fun_per_step"] = CHUNK, 2 * CHUNK
    model.compile("L-BFGS", **given)
    model.train(callbacks=[Budget(start + seconds)], verbose=0)
    return int(model.train_state.step)


def begin(seed: int) -> float:
    """Set precision, threads and seed; return the processor time, once all has been loaded."""
    torch.set_num_threads(1)
    dde.config.set_default_float("float64")
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # loads what PyTorch loads late
    dde.config.set_random_seed(seed)
    return time.process_time()


def field(
    case: str, *, constraint: str, network: str, points: int, seconds: float, seed: int
) -> Item:
    """Return error, processor seconds and iterations of one training."""
    chosen = CASES[case]
    problem = chosen.problem()
    start = begin(seed)
    model, count = _model(chosen, problem, constraint == "hard", network, points, seed)
    weights = [1.0] + [WEIGHT] * count
    steps = train(model, seconds, start, weights=weights)
    spent = time.process_time() - start
    judged = Outcome(Status.CONVERGED, {}, {}, {"trained": np.ones(1)})
    scored = score_fields(problem, judged, model.predict)
    error = float(scored.metrics["rel_l2"])
    return {
        "error": error if np.isfinite(error) else float("inf"),
        "cpu_seconds": spent,
        "iterations": steps,
    }


def trainings(case: str, seconds: float, long: float, points: int) -> list[Item]:
    """Return all trainings of a case; those of kind "equal" and "long" count."""
    chosen = CASES[case]
    items: list[Item] = []

    def one(kind: str, seed: int, budget: float, given: Item) -> Item:
        found = field(case, seconds=budget, seed=seed, **given)
        items.append({"kind": kind, "seed": seed, "budget": budget, **given, **found})
        print(items[-1], file=sys.stderr, flush=True)
        return items[-1]

    def best() -> Item:
        least = min(items, key=lambda i: i["error"])
        return {k: least[k] for k in ("constraint", "network", "points")}

    for constraint, network in itertools.product(("hard", "soft"), chosen.networks):
        given = {"constraint": constraint, "network": network, "points": chosen.usual}
        one("tried", 0, seconds, given)
    one("tried", 0, seconds, best() | {"points": points})
    given = best()
    items.append(min(items, key=lambda i: i["error"]) | {"kind": "equal"})
    for seed in SEEDS[1:]:
        one("equal", seed, seconds, given)
    if long:
        one("long", 0, long, given)
    return items


def well(seconds: float, long: float) -> list[Item]:
    """Return trainings of the finite well from several energies, and a long one from the best."""
    items = [{"kind": "equal", **_bound_state(e, seconds)} for e in ENERGIES]
    if long:
        best = min(items, key=lambda i: i["error"])["first_energy"]
        items.append({"kind": "long", **_bound_state(best, long)})
    return items


def _bound_state(first: float, seconds: float) -> Item:
    """One state ψ = (1 − x²) × network with E trainable, its norm asked for in the loss.

    The error is that of E against the nearest reference; 1 where ψ has collapsed.
    """
    problem: Any = sciml.get("finite_well")
    ((low, high),) = problem.domain.bounding_box
    start = begin(0)
    energy = dde.Variable(first, dtype=torch.float64)

    def equation(x: Any, y: Any) -> Any:
        v = torch.where(torch.abs(x) > 0.5, 50.0, 0.0)
        left = -dde.grad.hessian(y, x) + (v - energy) * y
        norm = (high - low) * torch.mean(y**2) - 1
        return [left, norm * torch.ones_like(y)]

    geometry = dde.geometry.Interval(low, high)
    data = dde.data.PDE(geometry, equation, [], num_domain=WELL, train_distribution="uniform")
    net = dde.nn.FNN([1, 20, 20, 20, 1], "tanh", "Glorot uniform")
    net.apply_output_transform(lambda x, y: (x - low) * (high - x) * y)
    model = dde.Model(data, net)
    steps = train(model, seconds, start, weights=[1.0, WEIGHT], free=energy)
    spent = time.process_time() - start
    x = np.linspace(low, high, 2001)
    norm = float(np.trapezoid(model.predict(x[:, None])[:, 0] ** 2, x))
    found, levels = float(energy.detach()), problem.energies(3)
    exists = np.isfinite(found) and 0.5 < norm < 2
    error = float(np.min(np.abs(found / levels - 1))) if exists else 1.0
    item = {"first_energy": first, "energy": found, "norm": norm, "error": error, "seed": 0}
    item |= {"budget": seconds, "cpu_seconds": spent, "iterations": steps, "points": WELL}
    print(item, file=sys.stderr, flush=True)
    return item


def _model(
    case: Case, problem: Any, hard: bool, network: str, points: int, seed: int
) -> tuple[Any, int]:
    """The model, and how many conditions its loss has."""
    axes, box = problem.domain.axes, np.array(problem.domain.bounding_box)
    low, high = box.T
    flat = len(axes) == 1
    geometry = dde.geometry.Interval(*box[0]) if flat else dde.geometry.Rectangle(low, high)

    def equation(x: Any, y: Any, f: Any) -> Any:
        left = case.operator(Derivatives(axes, x, y), {}, problem.theta)
        return (left - f) / case.scale

    conditions = [
        _condition(problem, c, axes, points, seed)
        for i, c in enumerate(problem.conditions)
        if not hard or i in case.still
    ]
    if problem.periodic and not hard:
        a = axes.index(problem.periodic[0])

        def ends(x: Any, on: Any) -> Any:
            return on and (np.isclose(x[a], low[a]) or np.isclose(x[a], high[a]))

        conditions += [
            dde.icbc.PeriodicBC(geometry, a, ends, derivative_order=order) for order in (0, 1)
        ]
    data = dde.data.PDE(
        geometry,
        equation,
        conditions,
        num_domain=points,
        num_boundary=_on_faces(points) if problem.periodic and not hard else 0,
        train_distribution="uniform" if flat else "Hammersley",
        auxiliary_var_function=lambda x: source(problem, problem.residual, x),
    )
    net = _network(case, problem, hard, network, seed)
    return dde.Model(data, net), len(conditions)


def _on_faces(points: int) -> int:
    return int(4 * np.sqrt(points))


def _condition(problem: Any, condition: Any, axes: tuple[str, ...], points: int, seed: int) -> Any:
    count = 1 if len(axes) == 1 else max(10, _on_faces(points) // len(condition.faces))
    where = [face_points(problem.domain, f, count, seed=seed)[0] for f in condition.faces]
    x = np.concatenate(where)
    (name,) = problem.derivatives_of(condition.residual)
    values = source(problem, condition.residual, x)

    def left(x: Any, y: Any, _X: Any) -> Any:
        return getattr(Derivatives(axes, x, y), name)

    return dde.icbc.PointSetOperatorBC(x, values, left)


def _network(case: Case, problem: Any, hard: bool, network: str, seed: int) -> Any:
    box = np.array(problem.domain.bounding_box)
    inputs, features = len(box), None
    if network == "features":
        rng = np.random.default_rng(seed)
        b = np.concatenate([rng.normal(0, s, (inputs, UNITS)) for s in SCALES], axis=1)
        matrix = torch.as_tensor(b)

        def features(x: Any) -> Any:
            return torch.cat([torch.cos(x @ matrix), torch.sin(x @ matrix)], 1)

        inputs = 2 * matrix.shape[1]
    elif hard and problem.periodic:
        a = problem.domain.axes.index(problem.periodic[0])
        wave = 2 * np.pi / (box[a, 1] - box[a, 0])

        def features(x: Any) -> Any:
            others = [x[:, k : k + 1] for k in range(len(box)) if k != a]
            turn = wave * x[:, a : a + 1]
            return torch.cat([*others, torch.cos(turn), torch.sin(turn)], 1)

        inputs += 1
    depth, width = case.hidden
    activation = "sin" if network == "sin" else "tanh"
    net = dde.nn.FNN([inputs, *[width] * depth, 1], activation, "Glorot uniform")
    if features is not None:
        net.apply_feature_transform(features)
    if hard:
        net.apply_output_transform(lambda x, y: case.hard(torch, x, y))
    return net


def main() -> None:
    """Do what the command line asks."""
    asked = json.loads(sys.argv[1])
    of_well = asked["case"] == "well"
    items = well(asked["seconds"], asked["long"]) if of_well else trainings(**asked)
    print(archive.to_json(items))


if __name__ == "__main__":
    main()
