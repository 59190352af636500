"""The project's settings for tests: a data directory of their own, no model endpoint, cheap passwords.

The directory is made here, because pytest-django reads the settings before any conftest. Child processes inherit it by
the environment. `tests/conftest.py` starts the database in it and removes it.
"""

import os
import tempfile

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # tests in parallel: a directory, and with it a database, for each
if "AIME_TEST_DATA_DIR" not in os.environ or os.environ.get("AIME_TEST_DATA_DIR_OF", "") != WORKER:
    os.environ["AIME_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="aime-test-")
    os.environ["AIME_TEST_DATA_DIR_OF"] = WORKER
os.environ["AIME_DATA_DIR"] = os.environ["AIME_TEST_DATA_DIR"]
for _name in [name for name in os.environ if name.startswith(("AIME_", "OPENAI_"))]:
    if _name != "AIME_DATA_DIR" and not _name.startswith(("AIME_TEST_", "AIME_CHAOS")):
        del os.environ[_name]
os.environ["AIME_EMBEDDED_MODEL"] = "none"
os.environ["AIME_HTTPS"] = "0"

from aime_project.settings import *  # noqa: E402, F403
from aime_project.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
SERVESTATIC_AUTOREFRESH = True  # do not scan STATIC_ROOT, which tests do not fill
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
AIME_EXTRA_NODE_TYPES = [f"tests.support.nodes.{name}" for name in ("NOOP", "SLOW", "BLOCKING", "DEADLY", "BROKEN")]
AIME_EXTRA_EXECUTORS = ["tests.support.nodes.EXECUTORS"]
