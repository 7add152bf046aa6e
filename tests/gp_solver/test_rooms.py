"""Which room of `gp_solver` imports which: no arrow between two rooms points both ways."""

import ast
from pathlib import Path

import pytest

import gp_solver

ROOT = Path(gp_solver.__file__).parent
MAY_IMPORT = {
    "boxes": set(),
    "sparse": {"boxes"},
    "scattered": {"boxes"},
    "chebyshev": set(),
}
ENTRANCE = {"method", "route"}
"""the modules beside the rooms that may look into them"""


def parts(path):
    """Name below `gp_solver` of every module that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gp_solver"):
            below = node.module.split(".")[1:]
            found |= {below[0]} if below else {alias.name for alias in node.names}
    return found


def test_every_room_is_known():
    assert {p.parent.name for p in ROOT.glob("*/__init__.py")} == set(MAY_IMPORT)


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*/*.py")), ids=lambda p: f"{p.parent.name}.{p.stem}"
)
def test_rooms_import_one_way(path):
    room = path.parent.name
    assert parts(path) & set(MAY_IMPORT) <= MAY_IMPORT[room] | {room}
    assert not parts(path) & ENTRANCE


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.py")), ids=lambda p: p.stem)
def test_what_is_shared_looks_into_no_room(path):
    if path.stem not in ENTRANCE:
        assert not parts(path) & set(MAY_IMPORT)
