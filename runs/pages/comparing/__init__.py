"""Two things beside each other: texts, artifacts, versions of a node, runs of a template."""
