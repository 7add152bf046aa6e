"""The general solver: any domain, data with noise, unknown parameters, by Bayesian regression.

Level by level the functions are made richer; at each the equation, the conditions and the data are
rows of a Gauss-Newton regression, until what is left over at points where nothing was asked is
small, or until the evidence of noisy data no longer grows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float

from gp_solver.field import Field
from gp_solver.regression import Block, Prior, block, learn, posterior
from gp_solver.rows import OBSERVED, PARAMETER, Group, Linearised, Rows, Statement, linearised, statements
from gp_solver.starts.gauss_newton import Fit, gauss_newton
from gp_solver.starts.chords import frequencies as seen_frequencies
from gp_solver.starts.chords import noisy_frequencies
from gp_solver.starts.points import PER_AXIS, fresh, inside, place
from gp_solver.starts.space import LEVELS, Enrichment, Space, carried, level_features, space
from sciml.errors import BadProblem
from sciml.problem import Problem

GOAL = 1e-11
LARGEST = 2700
EXACT = 1e-11
EASED = 1e-3
WIDE = 100.0
GUESSED = 10.0
DRAWS = 128
FRESH = 1000
ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Given:
    problem: Problem
    statements: tuple[Statement, ...]
    enrichment: Enrichment
    frequencies: tuple[tuple[float, ...], ...]

    @property
    def is_loose(self) -> bool:
        return any(s.samples for s in self.statements)

    @property
    def learns_prior(self) -> bool:
        return any(s.noise != 0.0 for s in self.statements if s.name != OBSERVED)

    @property
    def is_noisy(self) -> bool:
        return any(s.noise != 0.0 for s in self.statements)

    @cached_property
    def volume(self) -> float:
        return float(np.prod(np.diff(self.problem.domain.bounding_box, axis=1)))


@dataclass(frozen=True, eq=False)
class Level:
    number: int
    space: Space
    z: np.ndarray
    size: float
    exact: float          # relative noise of exact rows used
    noise: Mapping[str, float]
    freedom: Mapping[str, float]
    prior: Prior
    blocks: Sequence[Block]
    posterior: object
    converged: bool
    residuals: Mapping[str, float]
    rows: int

    @property
    def left(self):
        return max(self.residuals.values(), default=0.0)


class Weighed:
    def __init__(self, rows, z, size, exact, noise):
        self.rows = rows
        self.spread, self.noise = [], []
        for r in rows:
            lin = r.at(z)
            stated = r.group.statement.noise
            name = r.group.name
            if stated == 0.0:
                self.spread.append(scale(r, lin, size)); self.noise.append(exact)
            else:
                self.spread.append(np.maximum(lin.spread, 1e-300))
                guess = 0.1*float(np.sqrt(np.mean((lin.residual/lin.spread)**2)))
                self.noise.append(noise.get(name, stated if stated is not None else guess))

    def blocks(self, z):
        out = []
        for r, s, n in zip(self.rows, self.spread, self.noise):
            lin = r.at(z)
            out.append(block(r.group.name, r.matrix(lin.slopes), target=-lin.residual, spread=s, noise=n, is_known=r.group.statement.noise is not None))
        return out

    def missing(self, z):
        return np.concatenate([-r.at(z).residual / (s*n) for r, s, n in zip(self.rows, self.spread, self.noise)])


def unit(rows, slopes, freq) -> float:
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


def first_size(rows, freq, z):
    found = []
    for r in rows:
        lin = r.at(z)
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


def solve_level(given, number, before, seed):
    problem = given.problem
    feats = [level_features(tuple(b), f, number, loose=given.is_loose) for b, f in zip(problem.domain.bounding_box, given.frequencies)]
    sp = space(problem, given.enrichment, feats)
    if sp.count > LARGEST: return None
    nb = int(PER_AXIS*sum(sp.kept.shape)) if not given.is_loose else 100
    rows = [Rows(g, sp) for g in place(problem, given.statements, inside(sp, seed=seed), boundary=nb, seed=seed)]
    rows.sort(key=lambda r: r.group.statement.noise != 0.0)
    if before is None:
        z = np.zeros(sp.count)
        for n, c in sp.parameters.items(): z[c] = problem.theta[n]
        size, noise, exact = first_size(rows, given.frequencies, z), {}, EXACT
    else:
        z = carried(before.z, before.space, sp); size, noise = before.size, before.noise
        exact = float(np.clip(EASED * before.left, EXACT, 1e-5))
        if OBSERVED in noise: exact = float(np.clip(1e-4*noise[OBSERVED]/size, EXACT, 1e-4))
    mean = np.zeros(sp.count); var = np.full(sp.count, (WIDE*size)**2*given.volume)
    for n, c in sp.parameters.items():
        mean[c] = problem.theta[n]; var[c] = (GUESSED*abs(problem.theta[n]))**2
    prior = Prior(mean, var)
    stages = [exact]
    if before is None and problem.observations is not None:
        stages = [e for e in (1e-1, 1e-3, 1e-6) if e > exact] + [exact]
    for e in stages:
        w = Weighed(rows, z, size, e, noise)
        fit = gauss_newton(w, prior, z)
        z = fit.z
        if TRACE: print("   stage", e, fit.converged, "%.4g" % fit.objective, {n: z[c] for n, c in sp.parameters.items()})
    freedom = {}
    if given.is_noisy:
        comps = sp.components if given.learns_prior else np.full(sp.count, -1)
        for _ in range(ROUNDS):
            ref = z
            blocks = w.blocks(z)
            shifted = Prior(prior.mean - z, prior.variance)
            got = learn(blocks, shifted, components=comps, floor=1e-11*size)
            changed = max([abs(math.log(got.noise[b.name]/b.noise)) for b in blocks if not b.is_known], default=0.0)
            noise, freedom = got.noise, got.freedom
            exact = float(np.clip(1e-4*min([v for k, v in noise.items() if k == OBSERVED], default=0)/size, EXACT, 1e-4))
            prior = Prior(prior.mean, got.prior.variance)
            w = Weighed(rows, z, size, exact, noise)
            fit = gauss_newton(w, prior, z)
            z = fit.z
            if TRACE: print("   learn", noise, {n: z[c] for n, c in sp.parameters.items()}, "ev %.5g" % got.posterior.evidence, fit.converged)
            if changed < 0.01: break
    pts = fresh(problem, FRESH, seed=seed+7)
    u = at_points(sp, z, pts)
    size = float(np.sqrt(np.mean(u**2)))
    res = {}
    exacts = [s for s in given.statements if s.noise == 0.0]
    for g in place(problem, exacts, pts, boundary=int(nb*0.7)+3, seed=seed+7):
        r = Rows(g, sp); lin = r.at(z)
        res[g.name] = float(np.sqrt(np.mean((lin.residual/scale(r, lin, size))**2)))
    return Level(number, sp, z, size, exact, noise, freedom, prior, fit.blocks, fit.posterior, fit.converged, res, sum(len(r.group.points) for r in rows))

TRACE = False

def run(problem, *, freq=None, seed=0, levels=None, verbose=True):
    import time
    given = prepare(problem, freq)
    if verbose: print("frequencies", [np.round(np.array(f)*2*np.pi, 3) for f in given.frequencies])
    dom = problem.domain
    pts = fresh(problem, FRESH, seed=seed+7)
    lv = best = old = None
    for level in levels or range(0 if given.is_loose else 4, len(LEVELS)):
        t0 = time.process_time()
        new = solve_level(given, level, lv, seed)
        if new is None: print("too large"); break
        lv = new
        err = np.nan
        if problem.exact is not None:
            e = problem.exact(pts); err = np.linalg.norm(e-at_points(lv.space, lv.z, pts))/np.linalg.norm(e)
        th = {n: lv.z[c] for n, c in lv.space.parameters.items()}
        if verbose: print(f"level {level} shape {lv.space.kept.shape} M {lv.space.count} rows {lv.rows} size {lv.size:.2e} exact {lv.exact:.1e} conv {lv.converged} ev {lv.posterior.evidence:.6g} fresh { {k: '%.1e'%v for k,v in lv.residuals.items()} } err {err:.1e} noise {lv.noise} {th} t {time.process_time()-t0:.2f}", flush=True)
        if given.is_loose:
            if best is None or lv.posterior.evidence > best.posterior.evidence + 1: best = lv
            else: break
        else:
            best = lv
            if problem.unknowns:
                k = len(problem.unknowns); th = lv.z[-k:]; sd = lv.posterior.deviations(k)
                ok = old is not None and np.all(np.abs(sd-old[1])<0.05*sd) and np.all(np.abs(th-old[0])<0.1*sd)
                old = th, sd
                if verbose: print(th, sd)
                if ok and lv.left < 10*lv.exact: break
            elif lv.left < GOAL: break
    return given, best
