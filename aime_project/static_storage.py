"""Hashed, compressed static files; imports between ES modules are rewritten to the hashed names too."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped library
    """The manifest storage of servestatic with relative module imports rewritten."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # a pass for each step of the longest chain of imports; only a circle needs more
