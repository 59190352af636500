"""Parts of a conversation on a page."""
