"""`make bench`: measures a real installation against the targets of the design. Nothing here is asserted by a clock.

It starts the product's own processes (`manage.py supervise`) on a data directory of their own, a model server that
writes tokens at a fixed rate, and sockets that watch as pages do. See `__main__.py` for how to call it.
"""
