"""The embedded model's process: fetch the weights, load them with llama.cpp, serve them behind the gate.

    AIME_EMBEDDED_KEY=… python -m aime_project.processes.model.server --model 1.5b --models DIR --port N --state FILE

No Django here. The port is open exactly while the model can answer: until then connections are refused, which hosts
and the health page take for "not up yet"; what goes on is in the state file. Why this model, template and these
settings: docs/adr/0018-embedded-model.md.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from aime_project.processes.model.gate import Gate
from aime_project.processes.model.state import ModelState
from aime_project.processes.model.weights import CATALOGUE, Report, Weights, WeightsMissing, fetch, sources_of

TEMPLATE = Path(__file__).with_name("qwen_fence.jinja")
TEMPLATE_FITS = "qwen2.5-coder"
WAITING = 4  # requests kept beyond those that are worked on; the engine itself sends no more than there are slots
CACHE_RAM_MIB = 256  # saved prompts; llama.cpp's own default is 8 GiB
FETCH_AGAIN_S = 60.0
REPORT_EACH_S = 0.5
NICENESS = 5  # the web and the database go first on a small machine

logger = logging.getLogger("aime.model")


class ModelServer:
    """One model from its weights to its answers; `state` tells how far it is."""

    def __init__(self, options: argparse.Namespace, api_key: str) -> None:
        self._options = options
        self._api_key = api_key
        self._weights: Weights = CATALOGUE[options.model]
        self._server: Any = None
        self._last_report_at = 0.0

    async def run(self) -> None:
        """Serve for ever."""
        path = await self._fetched()
        self._tell(ModelState("loading", f"loading {path.name}"))
        began = time.monotonic()
        try:
            port = self._load(path)
        except Exception as error:
            logger.exception("the model could not be loaded")
            self._tell(ModelState("failed", f"{path} could not be loaded: {error}"))
            await asyncio.Event().wait()  # trying again would not help
            return
        gate = Gate(port, api_key=self._api_key, slots=self._weights.slots, waiting=WAITING)
        server = await gate.serve(self._options.port)
        self._tell(ModelState("ready", f"{path.name} loaded in {time.monotonic() - began:.1f} s"))
        await server.serve_forever()

    async def _fetched(self) -> Path:
        """Give the weights' file; where no source has it, say so and try again from time to time."""
        if self._options.path:
            return Path(self._options.path)
        sources = sources_of(self._weights, self._options.source)
        while True:
            try:
                return await asyncio.to_thread(fetch, self._weights, Path(self._options.models), sources, self._report)
            except WeightsMissing as error:
                self._tell(ModelState("missing", str(error)))
                await asyncio.sleep(FETCH_AGAIN_S)

    def _report(self, report: Report) -> None:
        now = time.monotonic()
        if report.done_bytes and now - self._last_report_at < REPORT_EACH_S:
            return
        self._last_report_at = now
        self._tell(ModelState("fetching", report.text, report.done_bytes, report.total_bytes))

    def _load(self, path: Path) -> int:
        """Load the model and serve it; give the port. Takes seconds, in which Python stands still."""
        # Read by OpenMP when it is loaded: spinning threads halve the speed beside other work (llm.md 2).
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path, params.model_alias = str(path), {f"qwen2.5-coder-{self._weights.name}"}
        params.hostnames, params.port, params.ui = ["127.0.0.1"], 0, False
        # The total context is shared by the slots.
        params.n_parallel = self._weights.slots
        params.n_ctx = self._weights.context_tokens * self._weights.slots
        threads = len(os.sched_getaffinity(0))
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.use_jinja = True
        if TEMPLATE_FITS in path.name.lower():  # an operator's other model brings its own
            params.chat_template = TEMPLATE.read_text(encoding="utf-8")
        params.cache_ram_mib, params.verbosity = CACHE_RAM_MIB, 1
        params.api_keys = [self._api_key]
        self._server = xllamacpp.Server(params)  # returns once it serves
        return int(str(self._server.listening_address).rsplit(":", 1)[1])

    def _tell(self, state: ModelState) -> None:
        logger.info("model: %s: %s", state.state, state.detail)
        state.write(Path(self._options.state))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the embedded model.")
    parser.add_argument("--model", choices=sorted(CATALOGUE), required=True)
    parser.add_argument("--models", required=True, help="folder of the weights")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", required=True, help="file for reports")
    parser.add_argument("--source", action="append", default=[], help="address or folder tried first; repeatable")
    parser.add_argument("--path", default="", help="GGUF file to use as it is")
    return parser.parse_args(arguments)


def main() -> None:
    """Parse, then serve until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # llama.cpp's threads may be busy in C++ for long; there is nothing to save.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    os.nice(NICENESS)
    asyncio.run(ModelServer(_parse(sys.argv[1:]), os.environ["AIME_EMBEDDED_KEY"]).run())


if __name__ == "__main__":
    main()
