"""Multiple shooting with hidden networks inside the differential equation, for comparison.

The window is cut into segments; initial states of all segments and the shared hidden networks are
fitted together to the data, and the jumps between segments are pressed to zero (Bock & Plitt,
IFAC Proc. 17, 1603 (1984)). Segments are solved by diffrax, their derivatives taken forward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from discovery.surrogate.fitted import Surrogate
from discovery.surrogate.levenberg import Vector, descend
from discovery.surrogate.loss import data_residuals
from discovery.surrogate.points import observed
from discovery.surrogate.scales import Units
from discovery.surrogate.train import Settings, Trainer, start
from sciml.errors import BadData, BadProblem
from sciml.hidden import HiddenTermProblem
from sciml.precision import float64
from sciml.records import Experiment, Records

JUMPS = (0.3, 0.03, 0.003)
"""tolerated jump between segments, relative to the noise assumed at first, stage by stage"""
NOISE, DECAY, INSIDE, STEPS = 0.03, 3e-2, 4, 15


class Segments(NamedTuple):
    """The segments of every experiment, as many in each.

    Attributes
    ----------
    times : output times of each, its first and last included [e, m, l].
    row : where each measurement stands in them, as segment · l + number [e, n].
    used : 1 for jumps after a segment that count, 0 for padding and the last [e, m].
    """

    times: Float[np.ndarray, "e m l"]
    row: Int[np.ndarray, "e n"]
    used: Float[np.ndarray, "e m"]


@dataclass(frozen=True)
class _Fit:
    """What is fitted: residuals with a given tolerance of jumps, and all trajectories."""

    residuals: Callable[[Any, Any, Any], tuple[Array, Array]]
    trajectories: Callable[[Any, Any], Array]


def segments(records: Records, rows: int, inside: int = INSIDE) -> Segments:
    """Return segments of `inside` intervals between measured times.

    Parameters
    ----------
    rows : number of measurements to which every experiment is padded.
    """
    cut = []
    for experiment in records.experiments:
        times = np.unique(experiment.times)
        begins = list(range(0, max(len(times) - 1, 1), inside))
        cut.append((times, begins))
    most = max(len(begins) for _, begins in cut)
    shown, row, used = [], [], []
    for experiment, (times, begins) in zip(records.experiments, cut, strict=True):
        own = []
        for b in begins:
            part = times[b : b + inside + 1]
            more = inside + 1 - len(part)
            if more:  # further times within the last interval: they are solved for, not used
                part = np.concatenate([part[:-2], np.linspace(part[-2], part[-1], more + 2)])
            own.append(part)
        where = np.searchsorted(times, experiment.times)
        segment = np.minimum(where // inside, len(begins) - 1)
        number = [
            int(np.argmin(np.abs(own[s] - t)))
            for s, t in zip(segment, experiment.times, strict=True)
        ]
        at = segment * (inside + 1) + np.array(number)
        shown.append(np.stack(own + [own[-1]] * (most - len(own))))
        row.append(np.concatenate([at, np.zeros(rows - len(at), int)]))
        used.append((np.arange(most) < len(own) - 1).astype(float))
    return Segments(np.stack(shown), np.stack(row), np.stack(used))


def fit(problem: HiddenTermProblem, seed: int = 0, settings: Settings | None = None) -> Surrogate:
    """Return a surrogate whose hidden networks were fitted by multiple shooting.

    Its solution's networks are fitted to the trajectories afterwards; it has no posterior.

    Raises
    ------
    BadProblem : the problem has axes of space.
    BadData : the problem holds no data, or its first guess blows up within a segment.
    """
    if problem.space:
        raise BadProblem(
            f"'{problem.name}' has axes of space, and shooting solves ordinary equations.",
            "use discovery.surrogate.train.fit",
        )
    trainer = start(problem, seed, settings)
    state = trainer.init()
    for _ in range(2):  # the data, then the hidden terms to the rates that they leave
        state, _ = trainer.step(state)
    cut = segments(trainer.records, trainer.seen.points.shape[1])
    with float64():
        shot = _compiled(trainer, cut, state.units)
        begins = jax.vmap(jax.vmap(trainer.model.shown, (None, 0)))(
            jnp.asarray(state.own), jnp.asarray(cut.times[:, :, :1])
        )
        z = Vector(np.asarray(begins).reshape(len(cut.times), -1), np.asarray(state.shared))
        precision = state.decay.spread(z, trainer.sizes)
        decay = Vector(np.full(z.own.shape, 1e-6), np.minimum(precision.shared, DECAY))
        if not np.all(np.isfinite(shot.residuals(*z, NOISE * JUMPS[0])[0])):
            z = z._replace(shared=trainer.init().shared)  # the first guess blows up: begin at zero
        for jump in JUMPS:

            def linearised(at: Vector, jump: float = jump) -> tuple[np.ndarray, np.ndarray]:
                r, jacobian = shot.residuals(at.own, at.shared, NOISE * jump)
                return np.asarray(r), np.asarray(jacobian)

            z = descend(linearised, z, decay, damping=1e-2, steps=STEPS).z
        r, _ = linearised(z)
        if not np.all(np.isfinite(r)):
            raise BadData(
                f"the segments of '{problem.name}' cannot be solved from any first guess.",
                "use discovery.surrogate.train.fit, which solves nothing",
            )
        free = {n: float(v) for n, v in trainer.model.free(jnp.asarray(z.shared)).items()}
        own = _networks(trainer, cut, np.asarray(shot.trajectories(z.own, z.shared)), state.own)
    seen = trainer.seen.seen
    errors = NOISE * r[:, : seen[0].size].reshape(seen.shape)
    counts = np.maximum(seen.sum(axis=(0, 1)), 1.0)
    noise = np.sqrt(np.sum(errors**2, axis=(0, 1)) / counts) * trainer.model.scales.spread
    params = {"own": own, "shared": z.shared, "units": state.units}
    return Surrogate(problem, params, noise, free, trainer.model)


Solver = Callable[[Array, Array, tuple[Array, Array]], Array]
"""(start and shared parameters, times [l], constants) -> shown states at the times [l, s]"""


def _solver(trainer: Trainer, units: Units) -> Solver:
    """One segment, solved from its start."""
    model = trainer.model
    states, scales = len(model.problem.states), model.scales

    def rate(t: Any, y: Array, args: tuple[Array, tuple[Array, Array]]) -> Array:
        """The rate of the shown states: of logarithms where they are positive."""
        shared, given = args
        shown = scales.mean + scales.spread * y
        value = jnp.where(scales.positive, jnp.exp(shown), shown)
        quantities: dict[str, Any] = {s: value[i] for i, s in enumerate(model.problem.states)}
        quantities["t"] = t
        total = model.known_rate(quantities | model.constants(shared, *given))
        for term, hidden in zip(
            model.problem.hidden, model.terms(shared, units, quantities), strict=True
        ):
            weights = [term.factors.get(s, 0.0) for s in model.problem.states]
            total = total + jnp.array(weights) * hidden
        return jnp.where(scales.positive, total / value, total) / scales.spread

    def solved(both: Array, times: Array, given: tuple[Array, Array]) -> Float[Array, "l s"]:
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(rate),
            diffrax.Tsit5(),
            times[0],
            times[-1],
            None,
            both[:states],
            args=(both[states:], given),
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=1e-6, atol=1e-8),
            adjoint=diffrax.ForwardMode(),
            max_steps=128,
            throw=False,
        )
        assert found.ys is not None
        return jnp.asarray(found.ys)

    return solved


def _one(
    solved: Solver,
    own: Array,
    shared: Array,
    jump: Array,
    times: Array,
    given: Any,
    rest: tuple[Any, ...],
) -> tuple[Array, Array]:
    """Residuals of one experiment, data and jumps, and their Jacobian."""
    row, used, values, ok, sd = rest
    count, length = times.shape
    states = values.shape[1]
    begins = own.reshape(count, states)
    both = jnp.concatenate([begins, jnp.broadcast_to(shared, (count, len(shared)))], axis=1)
    ys = jax.vmap(solved, (0, 0, None))(both, times, given)
    slopes = jax.vmap(jax.jacfwd(solved), (0, 0, None))(both, times, given)
    place = jnp.eye(count * states).reshape(count, states, -1)
    inner = jnp.einsum("mlsb,mbn->mlsn", slopes[..., :states], place)
    whole = jnp.concatenate([inner, slopes[..., states:]], axis=-1)
    noise = jnp.where(jnp.isfinite(sd), sd, NOISE)
    data = ok * (ys.reshape(-1, states)[row] - values) / noise
    data_slopes = (ok / noise)[..., None] * whole.reshape(count * length, states, -1)[row]
    following = jnp.roll(begins, -1, axis=0)
    after = jnp.pad(jnp.roll(place, -1, axis=0), ((0, 0), (0, 0), (0, len(shared))))
    weight = used[:, None] / jump
    gap, gap_slopes = ys[:, -1] - following, whole[:, -1] - after
    return (
        jnp.concatenate([data.ravel(), (weight * gap).ravel()]),
        jnp.concatenate(
            [
                data_slopes.reshape(data.size, -1),
                (weight[..., None] * gap_slopes).reshape(gap.size, -1),
            ]
        ),
    )


def _compiled(trainer: Trainer, cut: Segments, units: Units) -> _Fit:
    """The segments' equations, compiled."""
    model, seen, solved = trainer.model, trainer.seen, _solver(trainer, units)
    states = len(model.problem.states)
    times = jnp.asarray(cut.times)
    given = (jnp.asarray(model.parameters), jnp.asarray(model.fixed))
    rest = (cut.row, cut.used, seen.values, seen.seen, seen.given)

    @jax.jit
    def residuals(own: Array, shared: Array, jump: Array) -> tuple[Array, Array]:
        return jax.vmap(partial(_one, solved), (0, None, None, 0, 0, 0))(
            own, shared, jump, times, given, rest
        )

    @jax.jit
    def trajectories(own: Array, shared: Array) -> Array:
        def along(z: Array, when: Array, constants: Any) -> Array:
            begins = z.reshape(len(when), states)
            tail = jnp.broadcast_to(shared, (len(when), len(shared)))
            both = jnp.concatenate([begins, tail], axis=1)
            return jax.vmap(solved, (0, 0, None))(both, when, constants)

        return jax.vmap(along)(own, _finer(times), given)

    return _Fit(residuals, trajectories)


def _finer(times: Array, between: int = 3) -> Array:
    """The times of segments with further ones between them."""
    parts = jnp.arange(between) / between
    inner = times[..., :-1, None] + parts * (times[..., 1:] - times[..., :-1])[..., None]
    return jnp.concatenate([inner.reshape(*times.shape[:-1], -1), times[..., -1:]], axis=-1)


def _networks(
    trainer: Trainer, cut: Segments, shown: np.ndarray, own: np.ndarray
) -> Float[np.ndarray, "e n"]:
    """The solutions' networks, fitted to the trajectories [e, m, l, s] of the shown states."""
    scales = trainer.model.scales
    values = scales.mean + scales.spread * shown
    values = np.where(scales.positive, np.exp(values), values)
    times = np.asarray(_finer(jnp.asarray(cut.times)))
    exact = [
        Experiment(t.reshape(-1, 1), v.reshape(-1, v.shape[-1]))
        for t, v in zip(times, values, strict=True)
    ]
    function = data_residuals(trainer.model, observed(Records(tuple(exact)), scales))
    empty = np.zeros(0)
    weights = trainer.weights(trainer.init(), 1.0)._replace(sigma=jnp.full(values.shape[-1], 1e-3))

    def linearised(z: Vector) -> tuple[np.ndarray, np.ndarray]:
        r, jacobian = function(z.own, z.shared, weights)
        return np.asarray(r), np.asarray(jacobian)

    z = Vector(np.asarray(own), empty)
    decay = Vector(np.full(z.own.shape, 1e-2), empty)
    return descend(linearised, z, decay, damping=1e-2, steps=40).z.own
