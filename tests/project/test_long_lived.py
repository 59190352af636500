"""After its first pages the process' own objects are out of the collector's sight."""

import gc
from typing import Any

from aime_project.long_lived import FIRST_PAGES, LongLived


async def test_first_pages_settle_the_process_once() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        pass

    async def nothing(*_: Any) -> Any:
        return {}

    served = LongLived(app)
    gc.unfreeze()
    try:
        for number in range(1, FIRST_PAGES + 3):
            await served({}, nothing, nothing)
            assert bool(gc.get_freeze_count()) == (number >= FIRST_PAGES)
    finally:
        gc.unfreeze()
