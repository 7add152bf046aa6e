"""What is written of a figure: PDF, SVG and PNG, a caption in Markdown, and an index of all."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from figures.manifest import Entry, entries
from figures.style import Drawing, style
from sciml import archive
from sciml.cache import is_writable
from sciml.errors import BadConfig

UNDATED: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
    "png": {},
}
"""formats, with the metadata that would differ from day to day left out"""
INDEX = "index.md"


def check_folder(out: Path) -> None:
    """Refuse a folder that cannot be written, before anything is computed.

    Raises
    ------
    BadConfig : `out` is a file, or not writable.
    """
    if not is_writable(out):
        raise BadConfig(f"the folder '{out}' cannot be written.", "choose another (`--out DIR`)")


def write(out: Path, entry: Entry, drawing: Drawing, checks: Sequence[Sequence[str]]) -> list[str]:
    """Write one figure and return the names of its files; each is whole at any moment.

    Parameters
    ----------
    out : folder, made if absent.
    entry, drawing : which figure, and what to write of it.
    checks : rows (number, expected, got, met) of the table below the caption.
    """
    names = []
    with style():
        for form, metadata in UNDATED.items():
            content = BytesIO()
            drawing.figure.savefig(content, format=form, metadata=metadata)
            names.append(f"{entry.id}.{form}")
            archive.write_bytes(out / names[-1], content.getvalue())
    names.append(f"{entry.id}.md")
    archive.write_bytes(out / names[-1], page(entry, drawing.caption, checks).encode())
    return names


def page(entry: Entry, caption: str, checks: Sequence[Sequence[str]]) -> str:
    """Return one figure's Markdown: heading, picture, caption, and the numbers that are checked."""
    table = ["| number | expected | got | met |", "|---|---|---|---|"]
    table += [f"| {' | '.join(row)} |" for row in checks]
    return "\n".join(
        [
            f"# {entry.title}",
            "",
            f"![{entry.title}]({entry.id}.png)",
            "",
            caption.strip(),
            "",
            f"After {entry.source}. Made by `sciml figures --only {entry.id}`; also as "
            f"[PDF]({entry.id}.pdf) and [SVG]({entry.id}.svg).",
            "",
            *table,
            "",
        ]
    )


def write_index(out: Path) -> Path:
    """Write ``index.md``, the pages of all figures that the folder holds, and return its path."""
    pages = [out / f"{name}.md" for name in entries()]
    texts = [p.read_text(encoding="utf-8").replace("# ", "## ", 1) for p in pages if p.is_file()]
    archive.write_bytes(out / INDEX, "\n".join(["# Figures", "", *texts]).encode())
    return out / INDEX
