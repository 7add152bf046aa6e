"""Who imports whom: no arrow points up."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"sciml", "problems", "pinn", "gp_solver", "discovery", "mjp", "figures"}
MAY_IMPORT = {
    "sciml": set(),
    "problems": {"sciml"},
    "pinn": {"sciml", "problems"},
    "gp_solver": {"sciml", "problems"},
    "discovery": {"sciml", "problems", "pinn"},
    "mjp": {"sciml", "problems"},
    "figures": OURS,
}


def imported(source: str) -> set[str]:
    """Top-level names of all packages that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level or (node.module or "").partition(".")[0])
    return found


def modules():
    return [f for name in sorted(MAY_IMPORT) for f in sorted((ROOT / name).rglob("*.py"))]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_arrow_points_up(path):
    package = path.relative_to(ROOT).parts[0]
    names = imported(path.read_text(encoding="utf-8"))
    assert names & OURS <= MAY_IMPORT[package] | {package}
    assert not any(name.startswith(".") for name in names), "relative imports hide the layer"


def test_the_walk_sees_imports_inside_functions():
    assert imported("def f():\n    from pinn.ritz import METHOD\n    import jax.numpy") == {
        "pinn",
        "jax",
    }
