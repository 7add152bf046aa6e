"""``sciml pretrain``: train the network of ``sciml infer`` afresh."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sciml.cli import options, output, progress, show


def pretrain(
    folder: Annotated[Path, typer.Argument(help="Of the run; one that exists is resumed.")],
    profile: Annotated[
        str, typer.Option("--profile", help="large (accelerators) or small (a processor).")
    ] = "large",
    steps: Annotated[int | None, typer.Option("--steps", help="Updates.")] = None,
    copies: Annotated[
        int | None, typer.Option("--copies", help="Batches of a step. [default: one a device]")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Time to spend.")] = float("inf"),
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 0,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Pretrain the network for jump processes on freshly drawn ones; resumable."""
    from sciml import method
    from sciml.jumps import JumpProcess

    found = method.get("mjp", JumpProcess.kind).pretrain
    assert found is not None
    with progress.reporting(quiet=quiet) as report:
        records = found(
            folder,
            profile=profile,
            steps=steps,
            copies=copies,
            seed=seed,
            seconds=seconds,
            report=report,
        )
    last = records[-1] if records else {}
    said = ", ".join(f"{k} {v:.4g}" for k, v in last.items())
    return output.Answer(
        {"folder": str(folder), **last},
        lambda console: show.say(console, f"{folder}: {said}"),
    )
