"""Candidates: the dictionary from which the laws of hidden terms are put together."""
