"""For browser tests: the settings of other process tests, with static files collected anew into the data directory."""

from tests.process_settings import *  # noqa: F403
from tests.process_settings import AIME_DATA_DIR

STATIC_ROOT = AIME_DATA_DIR / "static"
