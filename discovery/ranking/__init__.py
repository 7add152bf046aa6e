"""Ranking: laws refitted through the differential equation to the raw data, and compared there."""
