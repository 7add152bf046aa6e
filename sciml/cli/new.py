"""``sciml new``: a template of a user's own problem."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciml.cli import options, output, show

if TYPE_CHECKING:
    from rich.console import Console

RESERVED = ("sciml", "problems", "pinn", "gp_solver", "discovery", "mjp", "jax", "numpy")
"""names of packages that a file beside the user's script would hide"""


def new(
    file: Annotated[Path, typer.Argument(help="The Python file to write.")],
    equation: Annotated[
        bool, typer.Option("--equation", help="A differential equation instead of a quantum well.")
    ] = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Write a template of a problem of your own, ready to be solved and changed."""
    from sciml.errors import BadConfig

    if file.suffix != ".py" or not file.stem.isidentifier():
        example = "my_pde.py" if equation else "my_well.py"
        raise BadConfig(f"'{file}' is no name of a Python module.", f"name it like {example}")
    if file.stem in RESERVED:
        raise BadConfig(f"'{file.name}' would hide the package '{file.stem}'.", "rename it")
    name = re.sub(r"\W", "_", file.stem)
    template = "template_equation.txt" if equation else "template.txt"
    text = files("sciml.cli").joinpath(template).read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text.replace("NAME", name))
    except FileExistsError as error:
        raise BadConfig(f"'{file}' exists already.", "name a new file") from error
    except OSError as error:
        raise BadConfig(
            f"'{file}' cannot be written: {error.strerror}.", "name a file in an existing folder"
        ) from error
    command = f"sciml solve {file}:{name}"

    def shown(console: Console) -> None:
        show.say(console, f"wrote {file}; now: {command}")

    return output.Answer({"file": str(file), "problem": name, "next": command}, shown)
