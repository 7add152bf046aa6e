"""Where statements become rows: points inside a domain, on its boundary, and fresh ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree

from gp_solver.boxes.axis import gauss
from gp_solver.field import Basis, Field
from gp_solver.interpolant import interpolate
from gp_solver.scattered.rows import NORMAL, OBSERVED, Group, Statement
from gp_solver.scattered.space import Space
from sciml.conditions import Sampled
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import BOUNDARY, Problem
from sciml.region import Points
from sciml.sampling import boundary_points, face_points, interior_points

PER_FUNCTION = 2.2
"""points inside for each function"""
PER_FACE = {1: 4.0, 2: 4.0, 3: 2.0}
"""dimension -> points on the boundary for each product of functions along a face"""
NOISY = 100
"""points on the whole boundary of a condition with noise, which is independent at each of them"""
FEWEST, SPARE = 300, 2000
"""points inside at least; quadrature points of a box beyond three a function that are affordable"""


def inside(space: Space, *, seed: int, edge: bool = True) -> Float[np.ndarray, "n d"]:
    """Return the points at which the equation is asked of these functions.

    They are the grid of a sampled function, Gauss points of a box where those are affordable, the
    points of a cloud, and a low-discrepancy sequence elsewhere, with points of the boundary
    (`edge`), from which it would have to extrapolate otherwise.

    Raises
    ------
    BadProblem : two noisy functions are sampled on different grids, or none of a grid lies inside.
    """
    problem = space.problem
    if problem.sampled:
        return _grid(problem)
    features = [basis.features for basis in space.bases]
    counts = [f.resolution for f in features]
    affordable = math.prod(counts) <= 3 * space.size + SPARE
    if isinstance(problem.domain, Box) and (affordable or len(counts) == 1):
        nodes = [gauss(n, f.lower, f.upper)[0] for n, f in zip(counts, features, strict=True)]
        return _tensor(nodes)
    wanted = max(FEWEST, math.ceil(PER_FUNCTION * space.size))
    points = interior_points(problem.domain, wanted, seed=seed)
    if isinstance(problem.domain, Points) or not edge:
        return points
    edges = boundary_points(problem.domain, on_boundary(space), seed=seed)[0]
    return np.concatenate([points, edges])


def on_boundary(space: Space) -> int:
    """Return the number of points on the boundary that these functions need."""
    shape = space.kept.shape
    faces = sum(math.prod(shape) / k for k in shape)
    return math.ceil(PER_FACE[len(shape)] * faces)


def _grid(problem: Problem) -> Float[np.ndarray, "n d"]:
    """The grid points of a sampled function that lie inside, a noisy one's if there is any."""
    noisy = [s for s in problem.sampled.values() if s.noise != 0.0]
    grids = noisy or list(problem.sampled.values())
    if any(not _same_grid(grids[0], other) for other in noisy[1:]):
        raise BadProblem(
            f"the noisy sampled functions of '{problem.name}' have different grids.",
            "sample them at the same points",
        )
    points = _tensor(grids[0].axes)
    points = points[np.asarray(problem.domain.contains(points), bool)]
    if not len(points):
        raise BadProblem(
            f"no point of the grid of '{next(iter(problem.sampled))}' lies inside the domain of "
            f"'{problem.name}'.",
            f"sample it within {[list(ends) for ends in problem.domain.bounding_box]}",
        )
    return points


def _same_grid(one: Sampled, other: Sampled) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one.axes, other.axes, strict=True))


def _tensor(axes: Sequence[np.ndarray]) -> Float[np.ndarray, "n d"]:
    return np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)


def fresh(problem: Problem, count: int, *, seed: int) -> Float[np.ndarray, "n d"]:
    """Return points inside at which nothing was asked: between neighbours in a cloud of points."""
    domain = problem.domain
    if isinstance(domain, Points):
        near = cKDTree(domain.interior).query(domain.interior, k=2)[1][:, 1]
        return 0.5 * (domain.interior + domain.interior[near])
    return interior_points(domain, count, seed=seed)


def place(
    problem: Problem,
    statements: Sequence[Statement],
    points: Float[np.ndarray, "n d"],
    *,
    boundary: int,
    seed: int,
) -> list[Group]:
    """Return statements at points: equations at those given, conditions on the boundary.

    Parameters
    ----------
    boundary : number of points on the whole boundary; each face of a box gets its share. Where a
        condition has noise there are as many on every level: other points are other data.
    """
    groups = []
    for statement in statements:
        if statement.name == OBSERVED:
            seen = problem.observations
            assert seen is not None
            groups.append(group(problem, statement, seen.points, known={OBSERVED: seen.values}))
        elif not statement.faces:
            groups.append(group(problem, statement, points))
        count = boundary if statement.noise == 0.0 else NOISY
        for face in statement.faces:
            at, normals = _on_face(problem, face, count, seed)
            made = group(problem, statement, at, normals=normals, face=face)
            if statement.repeats:
                a = problem.domain.axes.index(statement.repeats)
                partner = at.copy()
                partner[:, a] = problem.domain.bounding_box[a][1]
                made = replace(made, partner=partner)
            groups.append(made)
    return groups


def _on_face(
    problem: Problem, face: str, count: int, seed: int
) -> tuple[Float[np.ndarray, "m d"], Float[np.ndarray, "m d"] | None]:
    """Points on a face, and normals where there are any."""
    domain = problem.domain
    if isinstance(domain, Points) and domain.normals is None and len(domain.boundary):
        return domain.boundary, None
    share = count if face == BOUNDARY else max(1, count // (2 * problem.dimension))
    return face_points(domain, face, share, seed=seed)


def group(
    problem: Problem,
    statement: Statement,
    points: np.ndarray,
    *,
    normals: np.ndarray | None = None,
    known: dict[str, np.ndarray] | None = None,
    face: str = "",
) -> Group:
    """Return a statement at points, with all that it reads there."""
    x = {a: np.ascontiguousarray(points[:, i]) for i, a in enumerate(problem.domain.axes)}
    if known is None:
        known = {n: sampled_at(s, problem, points) for n, s in problem.sampled.items()}
    if normals is not None:
        known |= {NORMAL + a: normals[:, i] for i, a in enumerate(problem.domain.axes)}
    name = f"{statement.name} on {face}" if len(statement.faces) > 1 else statement.name
    return Group(name, statement, points, x, known)


def sampled_at(
    sampled: Sampled, problem: Problem, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, " n"]:
    """Return a sampled function at points, the samples themselves at points of its grid."""
    pairs: list[tuple[Any, Any]] = list(zip(sampled.axes, points.T, strict=True))
    places = [np.minimum(np.searchsorted(x, p), len(x) - 1) for x, p in pairs]
    if all(np.array_equal(x[i], p) for (x, p), i in zip(pairs, places, strict=True)):
        return np.asarray(sampled.values[tuple(places)])
    made = interpolate(sampled, problem.domain.bounding_box)
    bases = tuple(Basis(f, np.eye(f.count)) for f in made.features)
    mean = made.coefficients[None]
    field = Field(bases, mean, mean[None][:0], np.zeros((1, 0)), np.zeros((0, 1, 0)))
    return field.values(points)[:, 0]
