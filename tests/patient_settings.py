"""The settings of process tests, with a grace that no test waits for: what stops in time has stopped by itself."""

from runs import shutdown
from tests.process_settings import *  # noqa: F403

shutdown.GRACE_S = 3600.0
