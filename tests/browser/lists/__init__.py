"""The lists of runs in a browser."""
