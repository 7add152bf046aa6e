"""Candidates by pyoperon (MIT), genetic programming in C++: its whole front, never its own choice.

B. Burlacu, G. Kronberger and M. Kommenda, GECCO Companion 2020, p. 1562. An optional extra.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy
from jaxtyping import Float

from discovery.symbolic.text import Unreadable, parse
from discovery.symbolic.tidy import tidied
from sciml.errors import MissingExtra

FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "tanh", "abs", "sqrt")
"""functions that Operon has by our names"""

SPEED = 1.5e7
"""points times evaluations a second, about what one core of 2020 does"""

FEWEST, MOST = 10_000, 5_000_000
"""evaluations"""


def candidates(
    inputs: Float[np.ndarray, "n i"],
    values: Float[np.ndarray, " n"],
    names: Sequence[str],
    *,
    weights: Float[np.ndarray, " n"] | None = None,
    seed: int = 0,
    seconds: float = 2.0,
    functions: Sequence[str] = (),
) -> list[sympy.Expr]:
    """Return formulas for values at inputs, shortest first, each with shorter kin beside it.

    One thread; the number of evaluations follows from `seconds` and the number of points, not
    from the clock, so that the same seed gives the same formulas. Only on a machine that is five
    times slower does the clock end it.

    Parameters
    ----------
    inputs, values : what is to be explained.
    names : of the inputs.
    weights : of the points, not negative; None for equal ones. Operon knows none: points are
        drawn again, as often as their weights say.
    seed : of its random numbers, 0 or more.
    seconds : about how long.
    functions : beside sums, products and quotients, such as "exp"; those that Operon has not are
        left out.

    Raises
    ------
    MissingExtra : pyoperon is not installed.
    """
    try:
        from pyoperon import InfixFormatter
        from pyoperon.sklearn import SymbolicRegressor
    except ImportError as error:
        raise MissingExtra(
            "pyoperon is not installed.", 'pip install "sciml-jax[discovery]"'
        ) from error
    if weights is not None:
        drawn = _drawn(weights)
        inputs, values = inputs[drawn], values[drawn]
    scale = np.max(np.abs(values), initial=0.0)
    if not scale > 0:
        return [sympy.Integer(0)]
    regressor = SymbolicRegressor(**_settings(len(values), seed, seconds, functions))
    regressor.fit(np.asarray(inputs, float), np.asarray(values, float))
    words = dict(zip(regressor.variables_.values(), names, strict=True))
    found = []
    for model in sorted(regressor.pareto_front_, key=lambda m: (m["length"], m["model"])):
        text = InfixFormatter.Format(model["tree"], regressor.variables_, 12)
        try:
            found.append(parse(text, words))
        except Unreadable:
            continue
    return tidied(found, np.asarray(inputs, float), names)


def _settings(count: int, seed: int, seconds: float, functions: Sequence[str]) -> dict[str, Any]:
    """Settings of the search: accuracy against length, the front of both."""
    allowed = ("add", "sub", "mul", "div", "constant", "variable")
    return {
        "allowed_symbols": ",".join((*allowed, *(f for f in functions if f in FUNCTIONS))),
        "objectives": ["nmse", "length"],
        "optimizer_iterations": 5,
        "max_length": 20,
        "population_size": 500,
        "generations": 100_000,
        "max_evaluations": int(np.clip(SPEED * seconds / count, FEWEST, MOST)),
        "max_time": math.ceil(5 * seconds),
        "epsilon": 0.0,
        "n_threads": 1,
        "random_state": seed,
    }


def _drawn(weights: Float[np.ndarray, " n"]) -> np.ndarray:
    """Indices of points, each about as often as its weight says (systematic, not random)."""
    count = len(weights)
    shares = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(shares, (np.arange(count) + 0.5) / count), count - 1)
