"""Giving files out of Aime: the folder on a disk (`folder.py`), an attempt's port to it (`attempt.py`)."""
