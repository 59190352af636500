"""For the screenshots: the product's own settings, with static files collected anew into the data directory."""

from aime_project.settings import *  # noqa: F403
from aime_project.settings import AIME_DATA_DIR

STATIC_ROOT = AIME_DATA_DIR / "static"
