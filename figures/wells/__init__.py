"""Bound states of quantum wells, after arXiv 2504.05367.

The three wells of that paper (infinite, finite, barrier) stand here with parameters of our own,
those of the registered problems; its recipe is method `paper`, run again.
"""

WELLS = {
    "infinite_well": "infinite well",
    "finite_well": "finite well",
    "barrier": "barrier",
}
"""registered name of each well -> its name in print"""
