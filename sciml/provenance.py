"""Where a result came from: versions, device, precision, time."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
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


@cache
def commit() -> str:
    """Return the git commit of a source checkout, "-dirty" after it if files differ, else "".

    Asked once a process. An installed copy has none, whatever repository it lies in.
    """
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        return ""
    asked = ("git", "--no-optional-locks", "-C", str(root), "describe", "--always", "--dirty")
    try:
        done = subprocess.run(
            (*asked, "--abbrev=40", "--exclude=*"),
            capture_output=True,
            text=True,
            check=False,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def gather() -> dict[str, Any]:
    """Return what a reader needs to repeat a computation, as plain data."""
    import jax

    packages = ("sciml-jax", "jax", "jaxlib", "flax", "optax", "numpy", "scipy")
    device = jax.devices()[0]
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "commit": commit(),
        "versions": {name: installed(name) for name in packages},
        "backend": device.platform,
        "device": device.device_kind,
        "devices": jax.device_count(),
        "dtype": jax.numpy.result_type(float).name,
    }
