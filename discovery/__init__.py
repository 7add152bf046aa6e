"""Discovery: the law that is missing from an equation, from sparse and noisy data."""
