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
# # A law that is missing from an equation
#
# Predators and prey were counted; how they grow alone is known, what they do to each other is not.
# The search returns a formula with intervals of its constants. The whole page takes about twenty
# seconds.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import discovery
import sciml
from discovery import Hidden, HiddenTermProblem
from sciml.report import page

folder = Path(tempfile.mkdtemp())  # everything written here goes there; take a folder of yours

# %% [markdown]
# ## Bring your own CSV
#
# This cell makes a file such as yours: a time, then a column for each state, 31 rows, 0.5 % noise.
# Leave it out and name your own file below; empty cells mean "not observed".

# %%
simulated = sciml.get("lotka_volterra", points=31, noise=0.005).data.experiments[0]
table = pd.DataFrame(
    np.column_stack([simulated.times, simulated.values]), columns=["t", "prey", "predators"]
)
table.to_csv(folder / "counts.csv", index=False)
table.head()

# %% [markdown]
# ## Say what is known
#
# `known` holds the part of each rate that you trust, `hidden` names the terms that are missing.
# Each of them says which rate it adds to and what it may depend on.

# %%
problem = HiddenTermProblem(
    name="predators",
    states=["prey", "predators"],
    known={"prey": "a*prey", "predators": "-d*predators"},
    params={"a": 1.3, "d": 1.8},
    hidden=[
        Hidden("F", adds_to="prey", inputs=["prey", "predators"]),
        Hidden("G", adds_to="predators", inputs=["prey", "predators"]),
    ],
)

# %% [markdown]
# ## Search
#
# The file is read as it is, and the noise is estimated.
# This cell takes most of the time: a small network is trained, then laws are tried and refitted.

# %%
found = discovery.discover(problem, folder / "counts.csv")
found

# %% [markdown]
# ## What did I get?
#
# Each hidden term has a formula, and each constant an interval of 95 %.
# The data were made with −0.9 and 0.8 times prey × predators.

# %%
print(found.expressions)
found.table

# %%
found.plot().figure

# %% [markdown]
# ## How good is it?
#
# `CONVERGED` means that one law stands out; `AMBIGUOUS` that the data leave several, all of which
# are in `found.shortlist`. `next_experiment` says where another measurement would tell most.

# %%
print(found.status.name)
print(found.next_experiment()["why"])
found.shortlist

# %% [markdown]
# ## Use it
#
# The law completes the equation: here it is solved on, beyond the data, from another start.
# `found.python()` gives the same as source code, `found.latex()` for a paper.

# %%
later = np.linspace(0.0, 6.0, 7)
states = found.predict(later, y0=[1.0, 1.0])
pd.DataFrame(states, index=later, columns=problem.states)

# %%
print(found.python())

# %% [markdown]
# ## How do I save it?
#
# `save` keeps the law, the problem and the data in one folder; `discovery.load` brings them back.

# %%
found.save(folder / "predators")
again = discovery.load(folder / "predators")
page.write([again.result], folder / "report.html")
print(again)

# %% [markdown]
# ## What next?
#
# - Noisier data: follow `next_experiment`, or measure for longer.
# - A partial differential equation: `bounds={"x": (0, 1)}` and derivatives such as `u_xx` by name.
# - The same on the command line: `sciml discover counts.csv --spec known.toml`.
