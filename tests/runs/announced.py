"""Aime's web application with a hub that looks by itself only once an hour, so that a test sees what it was told."""

from aime_project.asgi import application
from runs.live import Hub

Hub.__init__.__defaults__ = (3600.0,)  # type: ignore[misc]
__all__ = ["application"]
