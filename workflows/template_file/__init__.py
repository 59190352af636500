"""The parts of reading and writing a template file. Pure; other modules go through `workflows/document.py`."""
