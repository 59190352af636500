"""Views of the runs app, grouped by noun."""
