"""A pretraining run on disk: its log, its checkpoints, its resumption, its weights."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from mjp import pretrain as descent
from mjp import pretrained
from mjp.network import Size
from sciml import archive
from sciml.config import check_seed
from sciml.errors import BadArchive, BadConfig
from sciml.status import Status

STATE, LOG, WEIGHTS = "state.safetensors", "log.jsonl", "edge.safetensors"

PROFILES = {
    "large": descent.Plan(),
    "small": descent.Plan(
        batches=descent.SMALL, steps=200, warmup=20, chunk=10, size=Size(32, 2, jnp.float32)
    ),
}
"""a run for accelerators, and one that a processor makes in a minute"""

Report = Callable[[int, int, dict[str, float]], None]


@dataclass(frozen=True)
class Pretrained:
    """How a pretraining run stands.

    Attributes
    ----------
    records : of the log, from its first step.
    step, steps : updates that were made, and those that were asked for.
    status : CONVERGED where all were made, MAX_STEPS where time was up, INTERRUPTED by Ctrl-C.
    """

    records: tuple[dict[str, Any], ...]
    step: int
    steps: int
    status: Status


def pretrain(
    folder: str | Path,
    *,
    profile: str = "large",
    steps: int | None = None,
    copies: int | None = None,
    seed: int = 0,
    seconds: float = float("inf"),
    every: float = 60.0,
    report: Report | None = None,
) -> Pretrained:
    """Return how the run stands after training on all devices of all processes.

    A folder that holds a run is gone on with, through the same states as without interruption;
    Ctrl-C and the end of `seconds` leave a checkpoint. Over several hosts, start one process on
    each with `jax.distributed.initialize()` called before; the first one writes.

    Parameters
    ----------
    folder : of the run: log.jsonl, state.safetensors, edge.safetensors (the averaged weights).
    profile : "large" or "small".
    steps, copies : updates; how many times over a step draws the profile's batches, a multiple
        of the number of devices (None: that number).
    seed : fixes parameters and every process.
    seconds, every : time to spend; time between checkpoints.
    report : called with (step, steps, metrics).

    Raises
    ------
    BadConfig : an unknown profile, a seed that is none, no more steps than the warm-up takes, or
        copies that the devices cannot share out.
    BadArchive : a folder whose run had other settings, or that cannot be made.
    """
    plan = _plan(profile, steps, copies, seed)
    place = _folder(Path(folder))
    state = _restored(place, plan)
    records = _records(place / LOG, int(state.step))
    keep = jax.process_index() == 0
    if keep:
        _write_log(place, records)
    last, stopped = time.monotonic(), False
    try:
        for reached, record in descent.run(plan, state, seconds=seconds):
            state, records = reached, [*records, record]
            if keep:
                descent.log(place / LOG, record)
            if report is not None:
                told = {k: record[k] for k in ("loss", "processes_per_second")}
                report(int(record["step"]), plan.steps, told)
            if keep and time.monotonic() - last > every:
                _save(place, plan, state)
                last = time.monotonic()
    except KeyboardInterrupt:
        stopped = True
    step = int(state.step)
    if keep:
        _write_log(place, records)  # whole, wherever it was stopped
        _save(place, plan, state)
        pretrained.write(jax.device_get(state.average), plan.size, place / WEIGHTS, step=step)
    status = Status.CONVERGED if step >= plan.steps else Status.MAX_STEPS
    return Pretrained(tuple(records), step, plan.steps, Status.INTERRUPTED if stopped else status)


def _plan(profile: str, count: int | None, copies: int | None, seed: int) -> descent.Plan:
    if profile not in PROFILES:
        raise BadConfig(f"profile is '{profile}'.", f"choose from {list(PROFILES)}")
    devices = jax.device_count()
    copies = devices if copies is None else copies
    if copies < 1 or copies % devices:
        raise BadConfig(
            f"copies is {copies}, on {devices} devices.", f"give a multiple of {devices}"
        )
    check_seed(seed)
    plan = replace(PROFILES[profile], copies=copies, seed=seed)
    count = plan.steps if count is None else count
    if count <= plan.warmup:
        raise BadConfig(
            f"steps is {count}.", f"give more than {plan.warmup}, in which the rate rises"
        )
    return replace(plan, steps=count)


def _folder(place: Path) -> Path:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadArchive(
            f"'{place}' cannot be a run's folder: {error.strerror}.", "name another"
        ) from error
    return place


def _fingerprint(plan: descent.Plan) -> str:
    return json.dumps([str(plan.batches), plan.copies, plan.steps, str(plan.size), plan.seed])


def _save(place: Path, plan: descent.Plan, state: descent.State) -> None:
    told = {"plan": _fingerprint(plan)}
    archive.write_bytes(place / STATE, archive.state_to_bytes(jax.device_get(state), told))


def _restored(place: Path, plan: descent.Plan) -> descent.State:
    """The state of the folder's run, or one to begin with."""
    path = place / STATE
    if path.is_file():
        leaves, told = archive.read(path)
        if told.get("plan") != _fingerprint(plan):
            raise BadArchive(
                f"'{place}' holds a run with other settings.",
                "repeat its settings, or name another",
            )
        template = descent.blank(lambda: descent.begin(plan))
        return archive.state_from_leaves(leaves, template, path)
    return descent.begin(plan)


def _write_log(place: Path, records: list[dict[str, Any]]) -> None:
    text = "".join(f"{json.dumps(r)}\n" for r in records)
    archive.write_bytes(place / LOG, text.encode())


def _records(path: Path, step: int) -> list[dict[str, Any]]:
    """The log up to a step; a line that a kill has torn ends it."""
    kept: list[dict[str, Any]] = []
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in lines:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            break
        kept += [record] if record["step"] <= step else []
    return kept
