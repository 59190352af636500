"""A real crew that works until nothing is queued, with a scripted model in its desk."""

import asyncio
from collections.abc import Awaitable, Callable

from runs.crew import Crew
from runs.transitions.claiming import claim
from tests.fakes.model import Answer, FakeModel

ENDPOINT = {
    "base_url": "http://127.0.0.1:9/v1", "api_key": "", "name": "fake", "max_parallel": 0, "context_tokens": 32768,
    "embedded": False,
}  # fmt: skip
During = Callable[[Crew], Awaitable[None]]


def work(*answers: Answer, during: During | None = None, limit_s: float = 120) -> FakeModel:
    """Run everything that is queued, and what follows from it; `during` is called while the first attempts run."""
    model = FakeModel(list(answers))
    asyncio.run(_work(model, during, limit_s))
    assert not model.answers, "the script was not played to its end"
    assert model.open_streams == 0
    return model


async def _work(model: FakeModel, during: During | None, limit_s: float) -> None:
    crew = Crew()
    crew.desk._models["fake"] = model
    crew.open()
    try:
        async with asyncio.timeout(limit_s):
            while True:
                taken = await crew.desk.db(claim, crew.id, free=10, lease_s=6, max_parallel=0)
                for job in taken.jobs:
                    crew.start(job)
                if during is not None:
                    await during(crew)
                    during = None
                await crew.wait_idle()
                if not taken.jobs and not taken.look_again:
                    return
    finally:
        await crew.close()


async def until(true: Callable[[], bool], crew: Crew, *, limit_s: float = 120) -> None:
    """Wait until something is true, asked in a database thread."""
    async with asyncio.timeout(limit_s):
        while not await crew.desk.db(true):
            await asyncio.sleep(0.02)
