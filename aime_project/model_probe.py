"""Whether the model endpoint can be reached, asked rarely: a probe must not become load.

Any HTTP answer counts as reachable, except one that refuses the key or says that the server is ill. The call asks for
the list of models, which costs nothing.
"""

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

TIMEOUT_S = 2.0
KEEP_S = 10.0  # how long a good answer counts; a bad one is asked again after RETRY_S
RETRY_S = 1.0

_known: dict[str, tuple[float, str]] = {}  # address → (until, problem)


def problem(model: Mapping[str, Any]) -> str:
    """Say what is wrong with the endpoint of `settings.AIME_MODEL`; empty when nothing is."""
    base_url = model["base_url"]
    if not base_url:
        if model["embedded"]:
            return "the embedded model is not up yet"
        return "no endpoint: set OPENAI_BASE_URL, or AIME_EMBEDDED_MODEL to 1.5b or 0.5b"
    until, found = _known.get(base_url, (0.0, ""))
    if time.monotonic() < until:
        return found
    found = _ask(base_url, model["api_key"])
    _known[base_url] = (time.monotonic() + (RETRY_S if found else KEEP_S), found)
    return found


def forget() -> None:
    """Ask anew next time."""
    _known.clear()


def _ask(base_url: str, api_key: str) -> str:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    request = urllib.request.Request(f"{base_url}/models", headers=headers)  # noqa: S310  (env_url allows http and https)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            return f"the endpoint refuses the key (HTTP {error.code}): check OPENAI_API_KEY"
        return f"the endpoint answers HTTP {error.code}" if error.code >= 500 else ""
    except (OSError, ValueError) as error:
        return f"the endpoint does not answer ({type(getattr(error, 'reason', error)).__name__})"
