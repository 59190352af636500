"""The product's own settings plus the node types of the tests, for chaos and benchmark on real processes."""

from aime_project.settings import *  # noqa: F403

AIME_EXTRA_NODE_TYPES = [f"tests.support.nodes.{name}" for name in ("NOOP", "SLOW", "BLOCKING", "DEADLY", "BROKEN")]
AIME_EXTRA_EXECUTORS = ["tests.support.nodes.EXECUTORS"]
