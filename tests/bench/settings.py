"""The product's own settings plus the node types of the tests and one that says when its body began."""

from tests.process_settings import *  # noqa: F403
from tests.process_settings import AIME_EXTRA_EXECUTORS, AIME_EXTRA_NODE_TYPES

AIME_EXTRA_NODE_TYPES = [*AIME_EXTRA_NODE_TYPES, "tests.bench.nodes.CLOCK"]
AIME_EXTRA_EXECUTORS = [*AIME_EXTRA_EXECUTORS, "tests.bench.nodes.EXECUTORS"]
