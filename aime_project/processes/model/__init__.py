"""The embedded model: its weights, its server, the gate in front. No Django (ADR 0018)."""
