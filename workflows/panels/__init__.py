"""The inspector: what its forms show of one node of a posted document. Reads, never writes."""
