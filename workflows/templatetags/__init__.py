"""Template tags of the workflows app."""
