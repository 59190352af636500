"""The port through which one attempt exports: its own place in the folder, and the fence.

The disk works on threads of its own, so that a network folder that hangs holds up neither a host nor its database.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from runs.exports.folder import ExportFolder

FENCE_S = 130.0  # longer than a restart of the database is waited for
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="export")


class AttemptExports:
    """Implements `runs.agent.workspace.Exports`. `below`: the folders of this node version.

    `is_ours`: whether the attempt still runs. It is asked when the file is written and has no name yet. No lock is held
    on it: a disk that hangs would hold up whoever takes the attempt over. What may slip through in that instant
    replaces nothing, since no export does.
    """

    def __init__(self, folder: ExportFolder, below: tuple[str, ...], is_ours: Callable[[], Awaitable[bool]]) -> None:
        self._folder, self._below, self._is_ours = folder, below, is_ours

    async def put(self, name: str, content: bytes) -> str:
        """Write on a thread, which asks this loop for the fence, also when nobody waits for it any more."""
        loop = asyncio.get_running_loop()

        async def ask() -> bool:
            return await self._is_ours()

        def may_appear() -> bool:
            return asyncio.run_coroutine_threadsafe(ask(), loop).result(FENCE_S)

        def write() -> str:
            return self._folder.write(self._below, name, content, may_appear=may_appear)

        return await loop.run_in_executor(_THREADS, write)
