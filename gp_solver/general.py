"""The general solver: any domain, data with noise, unknown parameters, by Bayesian regression.

Level by level the functions are made richer; at each the equation, the conditions and the data are
rows of a Gauss-Newton regression (`gp_solver.rows`, `gp_solver.regression`), until what is left
over at points where nothing was asked is small, or the evidence of noisy data no longer grows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float

from gp_solver.field import Field
from gp_solver.regression import Block, Fit, Learned, Prior, block, gauss_newton, learn, posterior
from gp_solver.rows import OBSERVED, PARAMETER, Group, Rows, Statement, linearised, statements
from gp_solver.starts.chords import frequencies as seen_frequencies
from gp_solver.starts.chords import noisy_frequencies
from gp_solver.starts.points import PER_AXIS, fresh, inside, place
from gp_solver.starts.space import LEVELS, Enrichment, Space, carried, level_features, space
from sciml.errors import BadProblem
from sciml.problem import Problem

GOAL = 1e-11
"""relative residual at fresh points at which no richer level is tried"""
LARGEST = 2700
"""coefficients that a level may have"""
EXACT = 1e-11
"""noise of exact data, relative to the largest term of a row"""
WIDE = 1e3
"""standard deviation of the prior, relative to the size of the solution"""
GUESSED = 10.0
"""standard deviation of an unknown parameter, relative to its first guess"""
DRAWS = 128
FRESH = 1000
Report = Callable[[int, Mapping[str, float]], None]


@dataclass(frozen=True, eq=False)
class Given:
    """A problem with what is found out about it once.

    Attributes
    ----------
    problem, statements, enrichment : what is solved.
    frequencies : along each axis, in cycles per unit.
    """

    problem: Problem
    statements: tuple[Statement, ...]
    enrichment: Enrichment
    frequencies: tuple[tuple[float, ...], ...]

    @property
    def is_noisy(self) -> bool:
        """Whether the equation itself holds up to noise only."""
        return any(s.samples for s in self.statements)

    @cached_property
    def volume(self) -> float:
        """Of the bounding box."""
        return float(np.prod(np.diff(self.problem.domain.bounding_box, axis=1)))

    def noise(self, statement: Statement) -> float | None:
        """Noise of a statement's rows per unit of their spread: None where it is unknown."""
        return statement.noise


@dataclass(frozen=True, eq=False)
class State:
    """Where a level stands: coefficients, and the sizes by which rows and prior are weighed."""

    space: Space
    z: Float[np.ndarray, " m"]
    size: float
    noise: Mapping[str, float]
    variance: Float[np.ndarray, " m"]


class Weighed:
    """The rows of a level with their standard deviations: what Gauss-Newton works on."""

    def __init__(self, rows: Sequence[Rows], state: State, relaxed: float = EXACT) -> None:
        self.rows, self.noise = rows, {}
        self._spread = {}
        for r in rows:
            lin = r.at(state.z)
            stated = r.group.statement.noise
            if stated == 0.0:
                self._spread[r.group.name] = scale(r, lin, state.size)
                self.noise[r.group.name] = relaxed * state.noise.get(r.group.name, 1.0)
            else:
                self._spread[r.group.name] = lin.spread
                self.noise[r.group.name] = state.noise.get(r.group.name, stated if stated is not None else 0.1 * float(np.sqrt(np.mean((lin.residual/lin.spread)**2))))

    def blocks(self, z):
        out = []
        for r in self.rows:
            lin = r.at(z)
            name = r.group.name
            out.append(block(name, r.matrix(lin.slopes), target=-lin.residual, spread=self._spread[name], noise=self.noise[name], is_known=r.group.statement.noise is not None))
        return sorted(out, key=lambda b: b.noise)

    def missing(self, z):
        order = sorted(self.rows, key=lambda r: self.noise[r.group.name])
        return np.concatenate([-r.at(z).residual / (self._spread[r.group.name] * self.noise[r.group.name]) for r in order])


def unit(rows: Rows, slopes, freq) -> float:
    """What a row makes of a solution of size one, at the least."""
    problem = rows.space.problem
    lengths = [hi - lo for lo, hi in problem.domain.bounding_box]
    rates = [1/l + 2*math.pi*max(f, default=0.0) for l, f in zip(lengths, freq)]
    return sum(float(np.mean(np.abs(slopes[n]))) * math.prod(r**k for r, k in zip(rates, o)) for n, (_, o) in rows.group.statement.equation.derivatives.items())


def scale(rows: Rows, lin, size):
    u = unit(rows, lin.slopes, [()]*rows.space.problem.dimension)
    return np.maximum(max(float(np.mean(lin.terms)), size * u), lin.terms)


def prepare(problem, freq=None):
    given = statements(problem)
    if freq is None:
        noisy = [s for s in problem.sampled.values() if s.noise != 0.0]
        if noisy:
            freq = noisy_frequencies(noisy[0])
        else:
            srcs = [(source(problem, s), f) for s in given if s.name != OBSERVED and not s.repeats for f in (s.faces or ("",))]
            freq = seen_frequencies(problem, srcs)
    return Given(problem, tuple(given), Enrichment(problem), tuple(freq))


def source(problem, statement):
    from gp_solver.starts.points import _group
    def values(points):
        g = _group(problem, statement, points, normals=np.zeros_like(points))
        vals = {n: np.zeros(len(points)) for n in statement.equation.derivatives}
        vals |= {PARAMETER + n: np.full(len(points), problem.theta[n]) for n in problem.unknowns}
        return linearised(statement.equation, vals, g.x, g.known)[0]
    return values


def first_size(rows, freq):
    found = []
    for r in rows:
        lin = r.at(np.zeros(r.space.count))
        s = float(np.mean(np.abs(lin.residual))) / max(unit(r, lin.slopes, freq), 1e-300)
        if r.group.statement.name == OBSERVED: s = float(np.std(lin.residual))
        found.append(s)
    return max(max(found) * 1e-12, min([s for s in found if s > 1e-12 * max(found)], default=1.0))


def at_points(sp, z, pts):
    t = sp.tables(pts, (0,)*len(sp.bases))
    out = []
    for f in sp.problem.fields:
        tensor, w = sp.split(z, f)
        part = (t[0][0] @ tensor.reshape(len(tensor), -1)).reshape(-1, *tensor.shape[1:])
        for x in t[1:]:
            part = np.einsum("nk...,nk->n...", part, x[0])
        out.append(part + sp.enrichment.at(pts, (0,)*len(sp.bases)) @ w)
    return np.stack(out, 1)


def run(problem, *, freq=None, seed=0, levels=None, verbose=True):
    import time
    given = prepare(problem, freq)
    if verbose: print("frequencies", [np.round(np.array(f)*2*np.pi, 3) for f in given.frequencies])
    dom = problem.domain
    pts = fresh(problem, FRESH, seed=seed+7)
    st = None
    for level in levels or range(4, len(LEVELS)):
        t0 = time.process_time()
        feats = [level_features(tuple(b), f, level, loose=given.is_noisy) for b, f in zip(dom.bounding_box, given.frequencies)]
        sp = space(problem, given.enrichment, feats)
        if sp.count > LARGEST: print("too large", sp.count); break
        nb = int(PER_AXIS*sum(sp.kept.shape))
        ins = inside(sp, seed=seed)
        rows = [Rows(g, sp) for g in place(problem, given.statements, ins, boundary=nb, seed=seed)]
        if st is None:
            size = first_size(rows, given.frequencies)
            noise = {}
            z = np.zeros(sp.count)
            for n, c in sp.parameters.items(): z[c] = problem.theta[n]
        else:
            z = carried(st.z, st.space, sp); size, noise = st.size, st.noise
        mean = np.zeros(sp.count); var = np.full(sp.count, (WIDE*size)**2*given.volume)
        for n, c in sp.parameters.items():
            mean[c] = problem.theta[n]; var[c] = (GUESSED*abs(problem.theta[n]))**2
        st = State(sp, z, size, noise, var)
        t1 = time.process_time()
        fit = gauss_newton(Weighed(rows, st), Prior(mean, var), z)
        z = fit.z
        u = at_points(sp, z, pts)
        st = replace(st, z=z, size=float(np.sqrt(np.mean(u**2))))
        t2 = time.process_time()
        fr = [Rows(g, sp) for g in place(problem, given.statements, pts, boundary=int(nb*0.7)+3, seed=seed+7)]
        res = []
        for r in fr:
            lin = r.at(z)
            res.append(float(np.sqrt(np.mean((lin.residual/scale(r, lin, st.size))**2))))
        err = np.nan
        if problem.exact is not None:
            e = problem.exact(pts); err = np.linalg.norm(e-u)/np.linalg.norm(e)
        th = {n: z[c] for n, c in sp.parameters.items()}
        print(f"level {level} shape {sp.kept.shape} M {sp.count} rows {sum(len(r.group.points) for r in rows)} size0 {size:.2e} size {st.size:.2e} conv {fit.converged} obj {fit.objective:.3g} fresh {['%.1e'%r for r in res]} err {err:.1e} {th} t prep {t1-t0:.2f} solve {t2-t1:.2f} check {time.process_time()-t2:.2f}", flush=True)
        if max(res) < GOAL: break
    return given, st, fit
