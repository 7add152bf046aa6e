"""The shipped weights of the edge network: written by pretraining, read once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax.traverse_util import flatten_dict, unflatten_dict

from mjp.counts import Counts
from mjp.network import EdgeNetwork, Heads, Size
from sciml import archive

WEIGHTS = Path(__file__).parent / "weights" / "edge.safetensors"
"""parameters in half precision; `MODEL.md` beside it says where they come from"""

SERVED = 12
"""the most states that the network was trained on"""


def write(params: Any, size: Size, path: Path, *, step: int) -> None:
    """Write averaged parameters in half precision.

    Raises
    ------
    BadArchive : the file cannot be written.
    """
    flat = {k: np.asarray(v, np.float16) for k, v in flatten_dict(params, sep="/").items()}
    told = {"width": str(size.width), "layers": str(size.layers), "step": str(step)}
    archive.write_bytes(path, archive.pack(flat, told))


@cache
def read(path: Path = WEIGHTS) -> tuple[Any, Size]:
    """Return parameters, in single precision, and the network's size.

    Raises
    ------
    BadArchive : the file is missing or damaged.
    """
    flat, told = archive.read(path)
    with jax.enable_x64(False):
        params = {k: jnp.asarray(v, jnp.float32) for k, v in flat.items()}
    return unflatten_dict(params, sep="/"), Size(int(told["width"]), int(told["layers"]))


@cache
def _compiled(size: Size) -> Any:
    network = EdgeNetwork(size)

    def apply(params: Any, counts: Counts, known: jax.Array) -> Heads:
        active = jnp.ones(len(counts.first), bool)
        found: Heads = network.apply(params, counts, active, known)  # type: ignore[assignment]
        return found

    return jax.jit(apply)


def heads(counts: Counts, allowed: np.ndarray) -> Heads:
    """Return what the network says of counts; `allowed` [n, n] is False where no link can be."""
    params, size = read()
    known = (allowed | np.eye(len(allowed), dtype=bool)).astype(np.float32)
    with jax.enable_x64(False):
        found = _compiled(size)(params, counts, known)
    return jax.tree.map(lambda a: np.asarray(a, float), found)
