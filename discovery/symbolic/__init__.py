"""Engines of symbolic regression from elsewhere: each proposes formulas, none chooses."""
