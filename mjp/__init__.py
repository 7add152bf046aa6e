"""Markov jump processes: rate matrices from observed paths, by a pretrained network and exactly."""
