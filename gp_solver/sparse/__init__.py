"""An equation on a line whose source is known at a few points, its frequencies found by sparsity.

In order: `collocation` writes the equation at the points, `evidence` weighs groups of functions,
`recentre` moves from a fixed grid of carriers to the ones the data ask for. `aliases` says what the
points cannot tell and `verdict` what follows for the user. `ard` is the whole, `task` its one step.
"""
