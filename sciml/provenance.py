"""Where a result came from: versions, device, precision, time."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any


@cache
def installed(package: str) -> str:
    """Return the version of an installed distribution, or "" if it is not installed.

    Read once a process: an inference takes milliseconds, and these seven readings as many.
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def gather() -> dict[str, Any]:
    """Return what a reader needs to repeat a computation, as plain data."""
    import jax

    packages = ("sciml-jax", "jax", "jaxlib", "flax", "optax", "numpy", "scipy")
    device = jax.devices()[0]
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "versions": {name: installed(name) for name in packages},
        "backend": device.platform,
        "device": device.device_kind,
        "devices": jax.device_count(),
        "dtype": jax.numpy.result_type(float).name,
    }
