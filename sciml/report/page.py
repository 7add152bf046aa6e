"""The page: one HTML file with all that is known of one run, or of several side by side.

It holds its pictures and its style, loads nothing and runs no script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from sciml import __version__, archive, catalog, config, describe, query, tables
from sciml.errors import BadConfig
from sciml.report import repeat
from sciml.report.pictures import Picture, pictures
from sciml.report.problem import Account, account

if TYPE_CHECKING:
    from sciml.result import Result

SUFFIXES = (".html", ".htm")

MEANINGS = {
    "energy_rel_error": "largest relative error of an energy",
    "wavefunction_rel_error": "largest relative L2 error of a wave function",
    "bounds_contain_reference": "whether every error bar holds the reference",
    "rel_l2": "relative L2 error of the fields",
    "max_error": "largest error of a field, relative to its largest value",
    "coverage": "part of the true values inside their bands",
    "form": "part of the hidden terms whose formula is the true one, up to constants",
    "constant_error": "largest relative error of a constant",
    "rate_rmse": "root mean square error of the rates",
    "mu_rel_error": "relative error of the chemical potential",
    "residual": "what the equation leaves over",
    "condition_residual": "what the conditions leave over",
    "norm_error": "departure of the states' norms from 1",
    "relative_bar": "width of the widest error bar, relative",
    "norm_defect": "largest departure of the norm from 1 over time",
    "energy_drift": "largest change of the energy over time",
    "outside": "part of the first state that the basis does not hold",
    "error_estimate": "distance from a second basis over time, with the part outside",
    "virial": "defect of the virial theorem, relative",
    "left_out_error": "error at points left out",
    "reduced_chi2": "misfit over the noise: 1 where the law explains the data",
    "score": "misfit, number of constants and length in one: the lower the better",
    "data": "measured values",
    "laws": "laws that were tried",
    "expected_error": "error of a rate that the network expects, relative",
}
"""metric -> what it says"""


@dataclass(frozen=True)
class Part:
    """What the page says of one run, in the order in which it stands there.

    Attributes
    ----------
    anchor, name, label : of the article, its heading, and the run's name ("" if not stored).
    found : the result.
    about : the problem.
    pictures : of the answer, and of the course of the computation.
    tables : caption -> columns.
    facts : name -> text, of the answer's scalars.
    against, within : (metric, number, meaning): against the reference, and from within.
    settings : (name, value, whether it is the default).
    origin : name -> text, of the provenance.
    recipe : how to repeat the run.
    """

    anchor: str
    name: str
    label: str
    found: Result
    about: Account
    pictures: tuple[Picture, ...]
    tables: tuple[tuple[str, tables.Columns], ...]
    facts: Mapping[str, str]
    against: tuple[tuple[str, str, str], ...]
    within: tuple[tuple[str, str, str], ...]
    settings: tuple[tuple[str, str, bool], ...]
    origin: Mapping[str, str]
    recipe: repeat.Recipe


def page(found: Sequence[Result], *, title: str = "") -> str:
    """Return results as one HTML document, side by side where there are several.

    Raises
    ------
    BadConfig : no results.
    """
    if not found:
        raise BadConfig("there is nothing to report.", "give at least one result")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["marked"] = _marked
    template = environment.from_string(_text("page.html"))
    parts = [_part(result, f"run-{i + 1}") for i, result in enumerate(found)]
    return template.render(
        title=title or "Report: " + ", ".join(dict.fromkeys(r.problem for r in found)),
        style=_text("page.css"),
        parts=parts,
        compared=_compared(found) if len(found) > 1 else (),
        version=__version__,
    )


def write(found: Sequence[Result], path: str | Path, *, force: bool = False) -> Path:
    """Write results as one HTML file, whole or not at all, and return its path.

    Raises
    ------
    BadConfig : no results, a name that does not end in .html, or a file that exists already and
        is not to be replaced (`force`).
    BadArchive : the file cannot be written.
    """
    target = check(path, force=force)
    archive.write_bytes(target, page(found).encode())
    return target


def check(path: str | Path, *, force: bool = False) -> Path:
    """Return the path of a page that may be written.

    Raises
    ------
    BadConfig : see `write`; a folder that does not exist.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise BadConfig(f"the report '{target}' is no HTML file.", "end its name in .html")
    if target.is_dir() or not target.parent.is_dir():
        raise BadConfig(
            f"the report '{target}' cannot be written.", "name a file in a folder that exists"
        )
    if target.exists() and not force:
        raise BadConfig(
            f"'{target}' exists already.",
            "name another file (`--out FILE.html`), or replace it (`--force`, in Python "
            "`force=True`)",
        )
    return target


def _marked(text: str) -> Markup:
    """Escaped text whose parts between backticks are code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _text(name: str) -> str:
    return files("sciml.report").joinpath(name).read_text(encoding="utf-8")


def _part(found: Result, anchor: str) -> Part:
    against = found.error()
    within = {name: v for name, v in found.metrics.items() if name not in against}
    return Part(
        anchor=anchor,
        name=f"{found.problem} by {found.method}",
        label="" if found.run is None else found.run.name,
        found=found,
        about=account(found),
        pictures=tuple(pictures(found, anchor)),
        tables=tuple(tables.tables(found)),
        facts=_facts(found),
        against=_metrics(against),
        within=_metrics(within),
        settings=_settings(found),
        origin=_origin(found),
        recipe=repeat.recipe(found),
    )


def _metrics(known: Mapping[str, float]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name.replace("_", " "), _number(name, v), MEANINGS.get(name, ""))
        for name, v in known.items()
    )


def _number(name: str, value: float) -> str:
    """A metric as text: truths in words, counts in full, all else with three digits."""
    if name == "bounds_contain_reference":
        return "yes" if value == 1.0 else "no"
    whole = 1 <= abs(value) < 1e9 and float(value).is_integer()
    return f"{value:.0f}" if whole else f"{value:.3g}"


def _moment(text: str) -> str:
    """A time as it is read."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return text


def _facts(found: Result) -> dict[str, str]:
    """The scalars of an answer, by their names in words."""
    value = found.value
    unit = getattr(query.problem_or_none(found), "unit", "")
    if "rates" in value:
        facts = {"rates by": str(value["obtained"])}
        if value["relaxation_times"]:
            facts["slowest relaxation time"] = f"{value['relaxation_times'][0]:.4g} {unit}".strip()
        facts["entropy production"] = f"{value['entropy_production']:.4g}"
        return facts | {"wrong labels": f"{100 * value['noise']:.2g} %"}
    if "expressions" in value:
        coming = value.get("next") or {}
        return {"next measurement": str(coming["why"])} if coming.get("why") else {}
    facts = {name.replace("_", " "): text for name, text in tables.scalars(found) if text}
    for name, guess in (value.get("theta") or {}).items():
        facts[f"{name} (inferred)"] = tables.inferred(guess["value"], guess.get("sd"))
    return facts


def _settings(found: Result) -> tuple[tuple[str, str, bool], ...]:
    known = repeat.defaults(found)
    rows = []
    for name, value in found.settings.items():
        default = name in known and repeat.plain(known[name]) == repeat.plain(value)
        text = config.NONE if value is None else describe.exact(value)
        rows.append((name, text if text else "(empty)", default))
    return tuple(rows)


def _origin(found: Result) -> dict[str, str]:
    """Where a result came from, by name."""
    known: dict[str, Any] = dict(found.provenance)
    versions = ", ".join(f"{name} {v}" for name, v in known.pop("versions", {}).items() if v)
    told = {
        "run": "not stored" if found.run is None else str(found.run),
        "problem": found.spec,
        "sha256 of its file": found.source,
        "seed": str(found.seed),
        "time": _moment(str(known.pop("time", ""))),
        "duration": f"{found.seconds:.2f} s ({found.cpu_seconds:.2f} s of processor)",
        "commit": str(known.pop("commit", "")),
        "versions": versions,
    }
    rest = {name: str(value) for name, value in known.items()}
    return {name: text for name, text in (told | rest).items() if text}


def _compared(found: Sequence[Result]) -> tuple[tuple[str, tuple[tuple[str, list[str]], ...]], ...]:
    """Groups of rows, one column a run: what was asked where it differs, answers, metrics.

    What only one run has stands in its own part of the page.
    """
    data = catalog.side_by_side([archive.numbers(result.to_dict()) for result in found])
    groups = []
    for heading, part in (("", "settings"), ("Answer", "values"), ("Metrics", "metrics")):
        rows = [
            (name.replace("_", " "), [tables.cell(value) for value in values])
            for name, values in data[part].items()
            if sum(value is not None for value in values) > 1
        ]
        if rows:
            groups.append((heading, tuple(rows)))
    return tuple(groups)
