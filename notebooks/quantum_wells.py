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
# # Quantum wells
#
# Bound states of a particle in a well: energies with error bars, wave functions, a picture.
# No guess of an energy and no grid is needed. The whole page takes about ten seconds.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import sciml
from sciml.report import page

folder = Path(tempfile.mkdtemp())  # everything written here goes there; take a folder of yours

# %% [markdown]
# ## Solve one
#
# `finite_well` is one of the registered wells, and `V0=20` sets its depth.
# `sciml problems` on the command line lists all of them, `sciml problems show finite_well` explains
# one.

# %%
result = sciml.solve("finite_well", V0=20.0)
result

# %% [markdown]
# ## What did I get?
#
# The picture shows each state on its energy, inside the potential.
# `result.value` holds the same answer as plain lists, `result.predict` the wave functions anywhere.

# %%
result.plot().figure

# %%
x = np.linspace(-0.5, 0.5, 5)
pd.DataFrame(result.predict(x), index=x, columns=["ψ₁", "ψ₂", "ψ₃"])

# %% [markdown]
# ## How good is it?
#
# Every energy stands between a lower and an upper bound, which are computed without the answer.
# This well has an independent reference, so that the true error is known as well.

# %%
bars = pd.DataFrame(
    {
        "width of the bar": np.subtract(result.value["upper_bounds"], result.value["lower_bounds"]),
        "true error": np.subtract(result.value["energies"], result.value["reference_energies"]),
    },
    index=["E₁", "E₂", "E₃"],
)
print(result.status.name, result.error())
bars

# %% [markdown]
# ## Vary a parameter
#
# A loop is a study: here the lowest energy against the depth of the well.
# It approaches that of the infinite well of width 1, which is π².

# %%
depths = [5.0, 20.0, 80.0, 320.0]
lowest = [sciml.solve("finite_well", V0=depth, states=1) for depth in depths]
pd.DataFrame({"V0": depths, "E₁": [r.value["energies"][0] for r in lowest], "limit": np.pi**2})

# %% [markdown]
# ## How do I save it?
#
# `save` writes a folder that holds the answer and all settings; `sciml.load` brings it back.
# A report is one page of HTML to send to somebody.

# %%
result.save(folder / "finite_well")
again = sciml.load(folder / "finite_well")
page.write([again], folder / "report.html")
again.plot(folder / "finite_well.svg")
print(sorted(file.name for file in folder.iterdir()))

# %% [markdown]
# ## What next?
#
# - A well of your own in a few lines: the notebook `own_problem`.
# - More states: `states=10`; another method: `sciml.solve("finite_well", "pinn")`.
# - Billiards in the plane: `sciml.solve("disc_billiard")`.
