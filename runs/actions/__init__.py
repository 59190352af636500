"""What people do to runs: each checks who may, then makes one transition. Keyword-only, `by=` always."""
