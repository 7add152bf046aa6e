"""Method `discover`: hidden terms of differential equations as formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from discovery.predict import evaluate
from discovery.settings import Settings
from discovery.task import prepare
from sciml.method import Inputs, Method


def _read(data: Any, problem: Any, noise: Any) -> Any:
    from discovery.inputs.read import read

    return read(data, problem, noise=noise)


def _spec(path: str | Path) -> Any:
    from discovery.inputs.spec import read_spec

    return read_spec(path)


METHOD = Method(
    name="discover",
    label="hidden-term network, then laws refitted through the equation to the raw data",
    kind="hidden term",
    config=Settings,
    prepare=prepare,
    evaluate=evaluate,  # type: ignore[arg-type]
    inputs=Inputs(_read, _spec),
    blas_threads=1,
)
"""the method, as `sciml.method` finds it"""
