"""Composition of the product: settings, entry points, processes. Knows every app, imported by none."""
