"""Method `chebyshev`: collocation on Lobatto points of a box, the reference for method `gp`.

In order: `grid` is the collocation grid, `points` how many it needs, `axes` the conditions built
into the functions of each axis, `systems` the linear systems, `solve` Newton's method on a grid,
and `method` goes from grid to finer grid.
"""
