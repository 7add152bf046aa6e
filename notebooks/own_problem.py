# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: -all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: kernelspec,jupytext,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A problem of your own
#
# A problem is a function that says *what* is to be solved; every method can then solve it.
# First a well from a template, then an equation written here. The whole page takes about ten
# seconds.

# %%
# %matplotlib inline
import subprocess
import sys
import tempfile
from pathlib import Path

import jax.numpy as jnp
import numpy as np

import sciml
from sciml import Box, Condition, Problem

folder = Path(tempfile.mkdtemp())  # everything written here goes there; take a folder of yours

# %% [markdown]
# ## Start from a template
#
# In a terminal this is `sciml new my_well.py`. The file is yours: change the potential, the domain,
# the parameters.

# %%
file = folder / "my_well.py"
subprocess.run([sys.executable, "-m", "sciml.cli", "new", str(file)], check=True)
print(file.read_text())

# %% [markdown]
# ## Solve it
#
# A problem in a file is named `file.py:name`, and its parameters are set like those of any other.
# The same works in a terminal: `sciml solve my_well.py:my_well -p depth=40`.

# %%
well = sciml.solve(f"{file}:my_well", depth=40.0)
well

# %%
well.plot().figure

# %% [markdown]
# ## An equation
#
# The residual is zero where the equation holds; `j.u_x` is a derivative of the solution, by name.
# Conditions are written in the same way, each on the faces that it names.

# %%
heat = Problem(
    name="reaction",
    domain=Box({"t": (0.0, 1.0), "x": (0.0, 1.0)}),
    residual=lambda j, x, theta: j.u_t - theta["D"] * j.u_xx + j.u**3,
    theta={"D": 0.02},
    conditions=(
        Condition(("t:lower",), lambda j, x, theta: j.u - jnp.sin(3 * jnp.pi * x["x"])),
        Condition(("x:lower", "x:upper"), lambda j, x, theta: j.u),
    ),
)
result = sciml.solve(heat)
result

# %%
result.plot().figure

# %% [markdown]
# ## How good is it?
#
# Nobody knows the answer here, so there is no error against a reference; the residual at fresh
# points says what the equation leaves over. A second method that agrees is the best check of all.

# %%
points = np.random.default_rng(0).uniform(0.05, 0.95, (200, 2))
other = sciml.solve(heat, "chebyshev")
difference = np.abs(result.predict(points) - other.predict(points)).max()
print(f"{result.status.name}, residual {result.metrics['residual']:.0e}")
print(f"largest difference from {other.method}: {difference:.0e}")

# %% [markdown]
# ## If you know the answer
#
# Give `exact=`: it scores every result and is never used to solve.
# Here u = sin kx solves u″ + k² u = 0, with its own values at both ends.

# %%
k = 30.0
wave = Problem(
    name="wave",
    domain=Box({"x": (0.0, 1.0)}),
    residual=lambda j, x, theta: j.u_xx + theta["k"] ** 2 * j.u,
    theta={"k": k},
    conditions=(
        Condition(("x:lower", "x:upper"), lambda j, x, theta: j.u - jnp.sin(theta["k"] * x["x"])),
    ),
    exact=lambda points: np.sin(k * points),
)
scored = sciml.solve(wave)
print(scored.status.name, scored.error())

# %% [markdown]
# ## How do I save it?
#
# A result of a problem in a file can be loaded anywhere; the file is executed only if you say so.
# One that was built here, without a file, needs the problem again.

# %%
well.save(folder / "kept_well")
print(sciml.load(folder / "kept_well", trust=True))
result.save(folder / "kept_reaction")
print(sciml.load(folder / "kept_reaction", problem=heat).predict([[0.5, 0.2]]))

# %% [markdown]
# ## What next?
#
# - Other domains: `Disc`, `Polygon`, `LevelSet`; a periodic axis: `periodic=("x",)`.
# - Register it: put `@register("name")` before a function that returns the problem, in a file.
# - Unknown parameters from measurements: `unknowns=("D",)` and `observations=`.
