"""Which artifacts an archive holds, and what it is called: all of a run, or those of one node version."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from runs.archives import Entry
from runs.models import Artifact, NodeRun, Run

LINKS = "links.txt"  # a link has no bytes; those of a node version stand in one file, which nothing follows by itself


def archive_entries(run: Run, node: NodeRun | None) -> list[Entry]:
    """List the newest revision of each artifact: of one node version, else of all of the run in folders by node.

    A node whose artifacts are of several versions has a folder for each. One query; no content is read.
    """
    chosen = Artifact.objects.filter(node_run=node) if node else Artifact.objects.filter(node_run__run=run)
    newest = chosen.order_by("node_run_id", "name", "type", "-revision").distinct("node_run_id", "name", "type")
    rows = sorted(newest.select_related("node_run"), key=lambda row: (row.node_run.position, row.node_run_id, row.pk))
    return list(_entries(rows, {} if node else _folders(rows)))


def archive_name(run: Run, node: NodeRun | None) -> str:
    """Name the file: template, the end of the run's id, and the node version if it is of one."""
    of_node = f"-{node.key}-v{node.number}" if node else ""
    return f"{run.version.workflow.slug}-{run.public_id[-6:].lower()}{of_node}.zip"


def _folders(rows: Sequence[Artifact]) -> dict[int, str]:
    versions: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        versions[row.node_run.key].add(row.node_run.number)
    return {
        row.node_run_id: f"{row.node_run.key}/"
        + (f"v{row.node_run.number}/" if len(versions[row.node_run.key]) > 1 else "")
        for row in rows
    }


def _entries(rows: Sequence[Artifact], folders: dict[int, str]) -> Iterator[Entry]:
    links: dict[int, list[Artifact]] = defaultdict(list)
    for row in rows:
        if row.blob_id is None:
            links[row.node_run_id].append(row)
        else:
            path = folders.get(row.node_run_id, "") + row.name
            yield Entry(path, row.created_at, sha256=row.blob_id, size_bytes=row.size_bytes)
    for node_run_id, found in links.items():
        text = "".join(f"{row.name}\n{row.url}\n\n" for row in found)
        yield Entry(folders.get(node_run_id, "") + LINKS, found[-1].created_at, text=text, size_bytes=len(text))
