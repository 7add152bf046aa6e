"""Jump processes on lines and rings, each with data: paths seen at visits.

Rates and times are in one arbitrary unit. The truth is kept for scoring only. Labels are
replaced by another state, any of them alike, with probability `noise` (see `problems.panel`).
"""

from __future__ import annotations

import numpy as np

from problems.panel import observed
from problems.parameters import at_least, not_negative, positive
from sciml.jumps import JumpProcess, generator
from sciml.registry import register

KARLIN = "S. Karlin and H. M. Taylor, A First Course in Stochastic Processes, chapter 4 (1975)"
TAGS = ("jump-process",)


def numbered(n: int) -> tuple[str, ...]:
    """Return the names "0", …, "n − 1"."""
    return tuple(str(i) for i in range(n))


@register("two_state_switch", aliases=("telegraph",), tags=(*TAGS, "reversible"))
def two_state_switch(
    on: float = 1.0,
    off: float = 0.5,
    paths: int = 100,
    points: int = 50,
    t_end: float = 10.0,
    noise: float = 0.0,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """A switch, the random telegraph: rates q(off → on) = k_on, q(on → off) = k_off.

    It relaxes as exp(−(k_on + k_off) t) to P(on) = k_on / (k_on + k_off).

    Parameters
    ----------
    on, off : k_on > 0 and k_off > 0, in 1/time.
    paths, points, t_end : visits of each path, from 0 to t_end.
    noise : probability of a wrong label.
    irregular : visits at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    Gaps t_end / (points − 1) up to 1 / (k_on + k_off): longer ones tell the law, not the rates.

    Reference
    ---------
    C. W. Gardiner, Stochastic Methods, 4th ed., section 3.8.5 (2009).
    """
    positive("two_state_switch", on=on, off=off)
    return observed(
        JumpProcess(
            name="two_state_switch",
            states=("off", "on"),
            rates=generator(np.array([[0.0, on], [off, 0.0]])),
            citation="C. W. Gardiner, Stochastic Methods, 4th ed., section 3.8.5 (2009)",
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )


@register("birth_death", aliases=("queue",), tags=(*TAGS, "reversible", "sparse"))
def birth_death(
    n: int = 6,
    birth: float = 1.0,
    death: float = 0.4,
    paths: int = 300,
    points: int = 50,
    t_end: float = 5.0,
    noise: float = 0.0,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """Immigration and death of a few: q(i → i + 1) = λ, q(i → i − 1) = μ i, up to n − 1.

    The stationary law is Poisson's with mean λ / μ, cut off: π_i ∝ (λ / μ)^i / i!.

    Parameters
    ----------
    n : number of states, populations 0, …, n − 1.
    birth : λ > 0, in 1/time.
    death : μ > 0 of each individual, in 1/time.
    paths, points, t_end : visits of each path, from 0 to t_end.
    noise : probability of a wrong label.
    irregular : visits at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    λ / μ within 1, …, n − 2, so that all states are seen; Erlang's loss system with n − 1 lines.

    Reference
    ---------
    S. Karlin and H. M. Taylor, A First Course in Stochastic Processes, chapter 4 (1975).
    """
    at_least("birth_death", 2, n=n)
    positive("birth_death", birth=birth, death=death)
    rates = birth * np.eye(n, k=1) + death * np.diag(np.arange(1.0, n), -1)
    return observed(
        JumpProcess(
            name="birth_death", states=numbered(n), rates=generator(rates), citation=KARLIN
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )


@register("jump_chain", aliases=("random_walk",), tags=(*TAGS, "reversible", "sparse"))
def jump_chain(
    n: int = 5,
    forward: float = 2.0,
    backward: float = 1.0,
    paths: int = 300,
    points: int = 50,
    t_end: float = 5.0,
    noise: float = 0.0,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """A biased walk between two walls: q(i → i + 1) = f, q(i → i − 1) = b.

    The stationary law is π_i ∝ (f / b)^i, in detailed balance: walls stop the current.

    Parameters
    ----------
    n : number of states.
    forward, backward : f > 0 and b > 0, in 1/time.
    paths, points, t_end : visits of each path, from 0 to t_end.
    noise : probability of a wrong label.
    irregular : visits at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    f / b from 1/3 to 3, so that both ends are seen.

    Reference
    ---------
    S. Karlin and H. M. Taylor, A First Course in Stochastic Processes, chapter 4 (1975).
    """
    at_least("jump_chain", 2, n=n)
    positive("jump_chain", forward=forward, backward=backward)
    rates = forward * np.eye(n, k=1) + backward * np.eye(n, k=-1)
    return observed(
        JumpProcess(name="jump_chain", states=numbered(n), rates=generator(rates), citation=KARLIN),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )


@register("jump_ring", aliases=("driven_ring",), tags=(*TAGS, "driven", "sparse"))
def jump_ring(
    n: int = 5,
    forward: float = 2.0,
    backward: float = 0.5,
    paths: int = 300,
    points: int = 50,
    t_end: float = 5.0,
    noise: float = 0.0,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """A driven ring: q(i → i + 1) = f, q(i → i − 1) = b, with state n the same as state 0.

    The law is uniform, the current is not zero: entropy is produced at (f − b) ln(f / b).

    Parameters
    ----------
    n : number of states, 3 or more.
    forward, backward : f > 0 and b ≥ 0, in 1/time.
    paths, points, t_end : visits of each path, from 0 to t_end.
    noise : probability of a wrong label.
    irregular : visits at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    backward above 0: a ring that turns one way only has an infinite entropy production.

    Reference
    ---------
    J. Schnakenberg, Rev. Mod. Phys. 48, 571 (1976).
    """
    at_least("jump_ring", 3, n=n)
    positive("jump_ring", forward=forward)
    not_negative("jump_ring", backward=backward)
    onward = np.roll(np.eye(n), 1, axis=1)
    return observed(
        JumpProcess(
            name="jump_ring",
            states=numbered(n),
            rates=generator(forward * onward + backward * onward.T),
            citation="J. Schnakenberg, Rev. Mod. Phys. 48, 571 (1976)",
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )
