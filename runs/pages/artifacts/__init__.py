"""Artifacts as something to read: previews by kind, revisions, differences, archives."""
