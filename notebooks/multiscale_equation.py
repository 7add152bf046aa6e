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
# # An equation of several scales, with error bars
#
# A wave of two frequencies in the plane is found from its Poisson equation by a Gaussian process.
# The prior's frequencies are found in the data, and every value has a standard deviation. The whole
# page takes about fifteen seconds.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import sciml
from sciml.report import page

folder = Path(tempfile.mkdtemp())  # everything written here goes there; take a folder of yours

# %% [markdown]
# ## Solve one
#
# `gp_u7` is u(x, y) = q(x) + q(y) with q(s) = sin 6s cos 20s, on a square; `gp` is its default
# method. Only the source and the values on the boundary are told, never the solution.

# %%
result = sciml.solve("gp_u7", length=2.0)
result

# %% [markdown]
# ## What did I get?
#
# The picture shows the solution, its error against the closed form, and the frequencies found.
# Predictions, derivatives and standard deviations can be had at any point.

# %%
result.plot().figure

# %%
points = np.array([[0.5, 0.5], [1.0, 1.5], [1.7, 0.2]])
pd.DataFrame(
    {
        "u": result.predict(points)[:, 0],
        "u_x": result.derivative(points, "u_x"),
        "standard deviation": result.std(points)[:, 0],
        "true error": (result.predict(points) - result.built.exact(points))[:, 0],
    }
)

# %% [markdown]
# ## How good is it?
#
# `residual` is what the equation leaves over and needs no reference; `rel_l2` is the true error.
# `coverage` says which part of the true values lies inside the band of 95 %.

# %%
print(result.status.name)
pd.Series(result.metrics, name=result.problem).to_frame()

# %% [markdown]
# ## Does it say so when it does not know?
#
# Here the source of a fast wave is known at 15 points only, too few for its frequency.
# The status says that the answer is unresolved, and the band is wide enough to hold the truth.

# %%
doubtful = sciml.solve("gp_u1", points=15)
print(doubtful.status.name)
print(doubtful.warnings[0])

# %%
x = np.linspace(0.0, 2 * np.pi, 400)
mean, sd = doubtful.predict(x)[:, 0], doubtful.std(x)[:, 0]
figure, ax = plt.subplots(figsize=(6, 2.5))
ax.fill_between(x, mean - 2 * sd, mean + 2 * sd, alpha=0.3, label="two standard deviations")
ax.plot(x, mean, label="mean")
ax.set_xlabel("x")
_ = ax.legend()

# %% [markdown]
# ## How do I save it?
#
# `save` keeps a folder, `to_csv` a table of the sampled fields, `to_xarray` a grid with names.
# Two results on one page stand side by side.

# %%
result.save(folder / "two_scales")
result.to_csv(folder / "two_scales.csv")
page.write([result, doubtful], folder / "report.html")
print(sorted(file.name for file in folder.iterdir()))

# %% [markdown]
# ## What next?
#
# - An equation of your own: the notebook `own_problem`.
# - A check by a classical method: `sciml compare gp_u7` on the command line.
# - Noisy data and unknown parameters: `Observations` and `unknowns=`, as the README shows.
