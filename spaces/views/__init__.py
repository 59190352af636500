"""Views of the spaces app, grouped by noun."""
