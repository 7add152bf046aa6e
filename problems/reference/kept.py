"""Computed references, kept in the user's cache folder from one process to the next."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence

import numpy as np

from sciml import cache

FOLDER = "references"


def digest(parts: Sequence[np.ndarray]) -> str:
    """Return a name for what arrays determine: other arrays, another name."""
    found = hashlib.sha256()
    for part in parts:
        array = np.ascontiguousarray(part)
        found.update(f"{array.dtype}{array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()[:32]


def kept(name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the array of that name; it is computed, and kept, where it is not there yet.

    Nothing is kept where the user turned the cache off (``SCIML_CACHE=``) or it is read-only.
    """
    folder = cache.folder()
    if folder is None or not cache.is_writable(folder / FOLDER):
        return compute()
    path = folder / FOLDER / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            return file["values"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        values = compute()
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        np.savez_compressed(file, values=values)
    os.replace(part, path)
    return values
