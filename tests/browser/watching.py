"""A page whose complaints are kept: CSP violations, errors on the console, and what axe finds."""

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
LISTEN = """
addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# With `rules` only these; else all, also those of WCAG 2.2, which axe leaves out unless told.
RUN_AXE = """
async (rules) => {
  const all = { rules: { 'target-size': { enabled: true } } };
  const options = rules ? { runOnly: rules } : all;
  const { violations } = await axe.run(document, { resultTypes: ['violations'], ...options });
  // What lies on the canvas is as large as the person zooms it.
  const onCard = ({ target }) => document.querySelector(target[0])?.closest('.canvas-node');
  const counts = (id, node) => id !== 'target-size' || !onCard(node);
  const where = ({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`;
  return violations
    .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.filter((node) => counts(id, node)) }))
    .filter(({ nodes }) => nodes.length)
    .map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(where).join(' | ')}`);
}
"""
# A change of an inherited colour starts the next one below it, so they are ended until no new one comes.
SETTLE = """
async () => {
  const pause = () => new Promise((done) => setTimeout(done, 30));
  for (let rounds = 0, still = 0; rounds < 60 && still < 4; rounds += 1) {
    await pause();
    const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    for (const change of changes) change.finish();
    still = changes.length === 0 ? still + 1 : 0;
  }
}
"""
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules whose answer depends on light or dark
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# What the network does is not the page's fault.
NETWORK = ("net::ERR_", "WebSocket connection to", "WebSocket is closed", "Failed to load resource")


class Watched:
    """A page and its complaints."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.scripts: list[str] = []
        self.page.add_init_script(LISTEN)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._requested)

    def _heard(self, message: ConsoleMessage) -> None:
        text = message.text
        is_network = any(word in text for word in NETWORK)
        if "Content Security Policy" in text or (message.type in ("error", "warning") and not is_network):
            self.complaints.append(f"{self.page.url}: {text}")

    def _requested(self, request: Any) -> None:
        if request.resource_type in ("script", "stylesheet") or request.url.endswith((".js", ".css", ".woff2")):
            self.scripts.append(request.url)

    def look_closely(self, where: str) -> None:
        """Let axe judge the page as it is: light and dark, on a desk and on a phone."""
        for viewport in (DESK, PHONE):
            self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            self.judge(where)
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]

    def judge(self, where: str) -> None:
        """Let axe judge the page as it is, at its size: everything in light, the colours in dark."""
        width = self.page.evaluate("innerWidth")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        for scheme, rules in (("light", None), ("dark", COLOURS)):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            self.page.evaluate(SETTLE)  # colours that are still changing have no contrast to judge
            found = self.page.evaluate(RUN_AXE, rules)
            self.complaints += [f"{where}, {scheme}, {width} px: {text}" for text in found]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.complaints.append(f"{where}, {width} px: the page is {wide} px too wide")
        self.page.emulate_media(color_scheme=None, reduced_motion=None)

    def assert_no_complaints(self) -> None:
        assert not self.complaints, "\n".join(self.complaints)
