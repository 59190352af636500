"""The stage of the pictures: an installation, a page in it, and how the page's picture is taken and kept."""

from dataclasses import dataclass, field
from pathlib import Path

from llmock.pytest_plugin import LLMock
from playwright.sync_api import Page

from tests.tools.small_png import small_png

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MAX_BYTES = 150 * 1024
WAIT_MS = 60_000


@dataclass
class Stage:
    """The installation, a page in it, and how to take its picture. `wanted`: names of pages, empty for all."""

    url: str
    page: Page
    model: LLMock
    sessions: dict[str, str]
    slug: str
    wanted: set[str]
    written: list[Path] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the space and wait until it is ready."""
        self.page.goto(f"{self.url}{path}")
        self.page.locator("body[data-ready]").wait_for(timeout=WAIT_MS)

    def be(self, name: str | None) -> None:
        """Sign in as somebody, or out."""
        self.page.context.clear_cookies()
        if name:
            cookie = {"name": "sessionid", "value": self.sessions[name], "url": self.url}
            self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def shoot(self, name: str, *sizes: str) -> None:
        """Take the picture of the page as it is, light and dark; on a `desk` if no other sizes are named."""
        if self.wanted and name not in self.wanted:
            return
        for size in sizes or ("desk",):
            suffix, viewport = ("", DESK) if size == "desk" else (f"-{size}", PHONE)
            if viewport != DESK:
                self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
                self.page.reload()  # a graph is fitted to the window that it is opened in
                self.page.locator("body[data-ready]").wait_for()
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                self._write(IMAGES / f"{name}{suffix}-{scheme}.png")
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")

    def _write(self, path: Path) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        data = small_png(self.page.screenshot(animations="disabled", caret="hide"))
        if len(data) > MAX_BYTES:
            raise SystemExit(f"{path.name} has {len(data) // 1024} KiB, more than {MAX_BYTES // 1024}")
        path.write_bytes(data)
        self.written.append(path)
        print(f"{path.relative_to(ROOT)}  {len(data) // 1024} KiB", flush=True)
