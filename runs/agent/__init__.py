"""The agent: loop, parts, model port, tools, prompt and output collection.

Pure Python, async, no Django below this folder. It touches no database and no socket of its own but the model's: the
consumer of the loop records what it yields. Names of this package are imported from its modules, never from here.
"""
