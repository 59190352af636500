"""The processes that make up Aime, and what each is told."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from aime_project import data_dir as places
from aime_project.processes.child import ChildSpec
from runs.shutdown import GRACE_S

MODEL_STATE = "model.json"


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """Where the embedded model is served, for this life of the supervisor."""

    name: str
    port: int
    key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def env(self) -> dict[str, str]:
        """Give what settings read in the processes that use the model."""
        return {"AIME_EMBEDDED_URL": self.url, "AIME_EMBEDDED_KEY": self.key}


def manage(*arguments: str) -> list[str]:
    """Give the command line of a management command."""
    return [sys.executable, "manage.py", *arguments]


def common_env(model: EmbeddedModel | None) -> dict[str, str]:
    """Give the environment of every process of ours; the working directory may differ from the operator's."""
    env = {"AIME_DATA_DIR": str(settings.AIME_DATA_DIR), "PYTHONUNBUFFERED": "1"}
    return {**env, **model.env()} if model else env


def web(listening_fd: int, env: Mapping[str, str]) -> ChildSpec:
    """Daphne on the supervisor's socket: while a killed one is replaced, browsers wait instead of being refused."""
    arguments = [sys.executable, "-m", "aime_project.processes.web_server", "--fd", str(listening_fd)]
    arguments += ["-v", "0", "--no-server-name"]
    arguments += ["--application-close-timeout", "2", "aime_project.asgi:application"]
    return ChildSpec("web", arguments, grace_s=4.0, env=env, pass_fds=(listening_fd,))


def queue(env: Mapping[str, str]) -> ChildSpec:
    """The hosts and workers."""
    return ChildSpec("queue", manage("queue"), grace_s=GRACE_S + 2.0, env=env)


def model(embedded: EmbeddedModel, env: Mapping[str, str]) -> ChildSpec:
    """The embedded model; it fetches its weights itself, so that nothing waits for them."""
    arguments = [sys.executable, "-m", "aime_project.processes.model.server"]
    arguments += ["--model", embedded.name, "--port", str(embedded.port), "--state", str(model_state_path())]
    arguments += ["--models", str(places.models_dir(settings.AIME_DATA_DIR))]
    for source in settings.AIME_MODEL_SOURCES:
        arguments += ["--source", source]
    if settings.AIME_MODEL_PATH:
        arguments += ["--path", str(settings.AIME_MODEL_PATH)]
    # Read by OpenMP at load time: spinning threads halve the speed beside other work.
    passive = {"OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive")}
    return ChildSpec("model", arguments, grace_s=1.0, env={**env, **passive})


def model_state_path() -> Path:
    """Say where the model's process reports."""
    return places.run_dir(settings.AIME_DATA_DIR) / MODEL_STATE
