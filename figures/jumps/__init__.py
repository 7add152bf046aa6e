"""Rates of Markov jump processes from visits, after arXiv 2406.06419.

The discrete flashing ratchet of that paper is simulated afresh; no process that is shown here was
in the training of our network. Ours stands beside classical estimates from the same visits.
"""
