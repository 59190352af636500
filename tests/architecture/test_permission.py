"""Permission is part of loading: every address below a space goes through space_view, every socket through a loader."""

import ast
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.tree import ROOT, imports, judge, modules, name, syntax

NOT_BELOW_A_SPACE = {
    "accounts/login/": "signing in",
    "accounts/logout/": "signing out",
    "health": "says that the process answers, nothing else",
    "health/ready": "names what is missing; no address, key or name is in it",
    "": "lists the spaces of the person who is signed in",
    "appearance/": "the person's own light or dark",
    "tasks/": "what waits for the person who is signed in, in the spaces they see",
    "tasks/count/": "how many of it",
    "notifications/": "what the person who is signed in was told, of runs they see",
    "notifications/glance/": "the newest of it",
    "notifications/readings/": "the person reads all of it",
    "notifications/<int:notice>/readings/": "the person reads one of theirs",
    "notifications/settings/": "of what the person wants to be told",
}
LOADERS = {"runs.access.get_run_or_404", "spaces.access.get_membership_or_404", "spaces.access.get_space_or_404"}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address with its pattern; the admin site guards its own."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


def test_every_address_below_a_space_is_a_space_view() -> None:
    """`space_view` leaves its mark on the view; other decorators keep it."""
    open_ = [route for route, pattern in addresses(get_resolver()) if not hasattr(pattern.callback, "space_need")]
    judge(open_, NOT_BELOW_A_SPACE, "Decorate the view with @space_view, or list the address with a reason:")


def test_views_load_through_access_and_pages() -> None:
    """A manager in a view is a query without a permission."""
    views = [path for path in modules("workflows", "runs") if "views" in path.parts]
    broken = [name(path) for path in views for node in ast.walk(syntax(path)) if _is_manager(node)]
    judge(broken, {}, "Load through access.py, read through queries.py or pages/:")


def test_the_consumer_loads_as_the_page_does() -> None:
    """A socket shows what the page shows, to the same people."""
    used = set(imports(syntax(ROOT / "runs/consumers.py")))
    assert {"runs.access.get_run_or_404"} <= used & LOADERS, "Load the run in the consumer through runs/access.py"


def _is_manager(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager", "_default_manager")
