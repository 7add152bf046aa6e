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
# # Rates behind visits
#
# Patients are seen now and then, in one of a few stages; how often do they move between them?
# A network that was trained once, on simulated processes, reads the table and gives the rates:
# nothing is trained here. The whole page takes about ten seconds.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import mjp
import sciml
from mjp.simulate import visits
from sciml.jumps import JumpProcess, generator
from sciml.report import page

folder = Path(tempfile.mkdtemp())  # everything written here goes there; take a folder of yours

# %% [markdown]
# ## Bring your own table
#
# This cell makes a file such as yours: 200 patients, one row a visit, with subject, time and state.
# Leave it out and name your own file below; times may differ from patient to patient.

# %%
rates = generator(np.array([[0.0, 0.25, 0.02], [0.10, 0.0, 0.20], [0.0, 0.0, 0.0]]))
truth = JumpProcess(
    states=("well", "ill", "dead"), rates=rates, initial=np.array([1.0, 0.0, 0.0]), unit="years"
)
rng = np.random.default_rng(1)
times = np.cumsum(rng.uniform(0.5, 1.5, (200, 8)), axis=1) - 0.5
seen = visits(truth, times, seed=1)
table = pd.DataFrame(
    {
        "id": np.repeat(np.arange(200), np.diff(seen.starts)),
        "years": seen.times.round(3),
        "stage": [seen.states[label] for label in seen.labels],
    }
)
table.to_csv(folder / "visits.csv", index=False)
table.head(10)

# %% [markdown]
# ## Infer
#
# Only the names of the columns are told, and that nobody leaves the state `dead`.
# By default the exact likelihood of the visits then refines what the network says.

# %%
found = mjp.infer(
    folder / "visits.csv", subject="id", time="years", state="stage", absorbing=["dead"]
)
found

# %% [markdown]
# ## What did I get?
#
# The picture shows the network of states, what it predicts over time beside what was seen, and how
# slowly the process forgets. `found.value` holds the same as plain lists.

# %%
found.plot().figure

# %%
names = found.value["states"]
print(f"slowest relaxation time: {found.value['relaxation_times'][0]:.3g} years")
pd.DataFrame(found.predict([1.0, 5.0, 10.0]), index=[1.0, 5.0, 10.0], columns=names)

# %% [markdown]
# ## How good is it?
#
# Each rate has an interval of 90 %: of many such intervals one in ten misses. These data were
# simulated, so that the truth is known; with your own table the intervals are all there is.

# %%
order = [truth.states.index(name) for name in names]
true = rates[np.ix_(order, order)]
lower, upper = np.array(found.value["lower"]), np.array(found.value["upper"])
jumps = [(i, j) for i in range(3) for j in range(3) if true[i, j] > 0]
print(found.status.name)
pd.DataFrame(
    [
        {
            "jump": f"{names[i]} > {names[j]}",
            "rate": found.value["rates"][i][j],
            "interval holds the truth": lower[i, j] <= true[i, j] <= upper[i, j],
            "truth": true[i, j],
        }
        for i, j in jumps
    ]
)

# %% [markdown]
# ## How do I save it?
#
# `save` keeps a folder, `sciml.load` brings it back.
# The table itself is not part of it: keep the file of visits.

# %%
found.save(folder / "stages")
again = sciml.load(folder / "stages")
page.write([again], folder / "report.html")
print(again)

# %% [markdown]
# ## What next?
#
# - Dates of death known to the day: `exact=["dead"]`.
# - Only some jumps can be: `links=["well>ill", "ill>well", "ill>dead"]`.
# - Draws of the posterior instead of one answer: `refine="mcmc"`.
# - Simulated processes with known rates: `sciml problems --tag jump-process`.
