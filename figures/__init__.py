"""The figures and tables that four papers are known for, ours beside theirs, from nothing.

`manifest.json` names every figure: the function that computes its numbers, the one that draws
them, the inputs, the seconds and the numbers that are expected, for each profile.
"""
