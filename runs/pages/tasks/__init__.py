"""My tasks: the two lists, and what may be asked of them."""
