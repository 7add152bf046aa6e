"""``sciml pretrain``: train the network of ``sciml infer`` afresh."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciml.cli import options, output, progress, show

if TYPE_CHECKING:
    from rich.console import Console


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
    from sciml.status import Status

    verb = method.get("mjp", JumpProcess.kind).pretrain
    assert verb is not None
    with progress.reporting(quiet=quiet) as report:
        found = verb(
            folder,
            profile=profile,
            steps=steps,
            copies=copies,
            seed=seed,
            seconds=seconds,
            report=report,
        )
    last = found.records[-1] if found.records else {}
    again = _command(folder, profile, steps, copies, seed)
    advice = "" if found.status is Status.CONVERGED else f"`{again}` goes on from step {found.step}"

    def shown(console: Console) -> None:
        told = ", ".join(f"{k} {v:.4g}" for k, v in last.items())
        show.say(console, f"{folder}: {told}" if told else str(folder))
        if advice:
            how = "stopped on request" if found.status is Status.INTERRUPTED else "time is up"
            show.say(console, f"{how} at step {found.step} of {found.steps}", style="yellow")
            show.say(console, f"  try: {advice}", style="yellow")

    data = {
        **last,
        "folder": str(folder),
        "status": found.status.name,
        "step": found.step,
        "steps": found.steps,
        "advice": advice,
    }
    return output.Answer(
        data, shown, output.INTERRUPTED if found.status is Status.INTERRUPTED else 0
    )


def _command(folder: Path, profile: str, steps: int | None, copies: int | None, seed: int) -> str:
    """What resumes the run: the same folder and plan."""
    import shlex

    command = ["sciml", "pretrain", str(folder), "--profile", profile]
    for name, value in (("--steps", steps), ("--copies", copies), ("--seed", seed or None)):
        command += [] if value is None else [name, str(value)]
    return shlex.join(command)
