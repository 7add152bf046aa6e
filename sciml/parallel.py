"""Several devices: a mesh over all of them, and arrays that are spread along one axis.

Pure functions, such as those of `sciml.kron`, run on sharded arrays as they are: the compiler
moves between the devices what they need (https://docs.jax.dev/en/latest/sharded-computation.html).
"""

from __future__ import annotations

import jax
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Float


def mesh(axis: str = "points") -> Mesh:
    """Return the mesh of all devices along one axis, whose communication the compiler plans."""
    return jax.make_mesh((jax.device_count(),), (axis,), axis_types=(AxisType.Auto,))


def shard(tensor: Float[Array, "..."], axis: int = 0) -> Float[Array, "..."]:
    """Return the array spread over all devices along one axis.

    An array whose length there is no multiple of the number of devices is returned as it is.
    """
    count = jax.device_count()
    if count == 1 or tensor.shape[axis] % count:
        return tensor
    devices = mesh()
    names = [None] * tensor.ndim
    names[axis] = devices.axis_names[0]
    return jax.device_put(tensor, NamedSharding(devices, PartitionSpec(*names)))
