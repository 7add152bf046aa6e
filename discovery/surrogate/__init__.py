"""The hidden-term PINN: a smooth solution and networks for what is missing, fitted to data."""
