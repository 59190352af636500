"""Views of the workflows app, grouped by noun."""
