"""``sciml doctor``: whether everything is in place, and what to do where it is not."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sciml.cli import options, output, show

if TYPE_CHECKING:
    from rich.console import Console

OLDEST_PYTHON = (3, 11)
OLDEST_JULIA = (1, 10, 3)
MARKS = {"ok": "green", "warn": "yellow", "fail": "red"}

Check = dict[str, Any]


def doctor(
    store: options.Store = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Check Python, JAX, devices, float64, the store, the cache, and symbolic regression."""
    checks = [_python(), *_jax(), _store(store), _cache(), _pysr(), _julia()]
    failed = any(check["state"] == "fail" for check in checks)

    def shown(console: Console) -> None:
        for check in checks:
            state = str(check["state"])
            show.say(console, f"{state:<5}{check['name']}: {check['found']}", style=MARKS[state])
            if check["mend"]:
                show.say(console, f"       try: {check['mend']}")

    return output.Answer({"ok": not failed, "checks": checks}, shown, 2 if failed else 0)


def _check(name: str, ok: bool, found: str, mend: str, *, otherwise: str = "warn") -> Check:
    state = "ok" if ok else otherwise
    return {"name": name, "state": state, "found": found, "mend": "" if ok else mend}


def _python() -> Check:
    ok = sys.version_info >= OLDEST_PYTHON
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return _check("python", ok, platform.python_version(), f"use {oldest} or newer")


def _jax() -> list[Check]:
    from sciml.precision import float64

    try:
        import jax

        with float64():
            dtype = jax.numpy.ones(()).dtype.name
        devices = [f"{d.platform}:{d.id} ({d.device_kind})" for d in jax.devices()]
    except Exception as error:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        return [_check("jax", False, words, "pip install -U jax", otherwise="fail")]
    return [
        _check("jax", True, jax.__version__, ""),
        _check("devices", True, ", ".join(devices), ""),
        _check(
            "float64",
            dtype == "float64",
            dtype,
            "unset JAX_ENABLE_X64 and any code that changes jax.enable_x64",
            otherwise="fail",
        ),
    ]


def _store(store: options.Store) -> Check:
    from sciml.cache import is_writable
    from sciml.store import root

    wanted = Path(store or root())
    existing = next(p for p in (wanted.absolute(), *wanted.absolute().parents) if p.exists())
    ok = existing.is_dir() and is_writable(existing)
    mend = "choose a folder that you may write to with --store or SCIML_STORE"
    return _check(
        "store", ok, f"{wanted} {'can' if ok else 'cannot'} be written", mend, otherwise="fail"
    )


def _cache() -> Check:
    from sciml import cache

    folder = cache.folder()
    if folder is None:
        return _check("cache", True, f"off ({cache.VARIABLE} is empty)", "")
    ok = cache.is_writable(folder)
    return _check(
        "cache",
        ok,
        str(folder) if ok else f"{folder} cannot be written: every start compiles anew",
        f"set {cache.VARIABLE} to a folder that you may write to",
    )


def _pysr() -> Check:
    from sciml.provenance import installed

    found = find_spec("pysr") is not None
    return _check("pysr", found, installed("pysr") or "not installed", "pip install pysr")


def _julia() -> Check:
    fetched = Path(sys.prefix) / "julia_env" / "pyjuliapkg" / "install" / "bin" / "julia"
    program = os.environ.get("PYTHON_JULIAPKG_EXE") or shutil.which("julia")
    if program is None and fetched.exists():
        program = str(fetched)
    oldest = ".".join(map(str, OLDEST_JULIA))
    mend = (
        f"symbolic regression needs Julia {oldest} or newer: install it from julialang.org, "
        "or set PYTHON_JULIAPKG_EXE to its program"
    )
    if program is None:
        return _check("julia", False, "not found (pysr would download it)", mend)
    try:
        asked = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=True
        )
        version = re.search(r"(\d+)\.(\d+)\.(\d+)", asked.stdout)
    except (OSError, subprocess.SubprocessError) as error:
        return _check("julia", False, f"'{program}' does not run: {error}", mend)
    if version is None:
        return _check("julia", False, f"'{program}' names no version", mend)
    numbers = tuple(int(n) for n in version.groups())
    return _check("julia", numbers >= OLDEST_JULIA, f"{version.group()} ({program})", mend)
