"""Read plans of the pages: what a template shows, as frozen dataclasses, in a fixed number of queries."""
