"""The run ticket: everything that explains a run, read at one moment; as a page (`runs/pages/ticket.py`) and as JSON.

`reading` reads the rows, `causes` says what failed and why, `log` what happened when, `document` writes it all down.
"""
