"""JAX's persistent compilation cache, kept in the user's cache folder."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

VARIABLE = "SCIML_CACHE"
"""environment variable that moves the cache, or turns it off when set to an empty string"""

SETTING = "jax_compilation_cache_dir"
"""JAX's own setting, which takes precedence when the user made it"""

SHORTEST_COMPILATION = 0.1
"""seconds; compilations faster than this are not worth a file"""


def folder() -> Path | None:
    """Return the folder of the compilation cache, or None if the user turned it off."""
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen).expanduser() if chosen else None
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "sciml" / "jax"


def is_writable(path: Path) -> bool:
    """Return whether files can be created in a folder, which is created if absent."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return True
    except OSError:
        return False


def enable() -> None:
    """Switch the cache on, unless the user configured one, turned it off, or it is read-only."""
    import jax

    if getattr(jax.config, SETTING) is not None:
        return
    path = folder()
    if path is not None and is_writable(path):
        jax.config.update(SETTING, str(path))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", SHORTEST_COMPILATION)
