"""Method `discover`: hidden terms of differential equations as formulas."""

from __future__ import annotations

from discovery.predict import evaluate
from discovery.settings import Settings
from discovery.task import prepare
from sciml.method import Method

METHOD = Method(
    name="discover",
    label="hidden-term network, then laws refitted through the equation to the raw data",
    kind="hidden term",
    config=Settings,
    prepare=prepare,
    evaluate=evaluate,  # type: ignore[arg-type]
    blas_threads=1,
)
"""the method, as `sciml.method` finds it"""
