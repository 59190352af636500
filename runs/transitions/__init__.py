"""The ONLY writer of Run, NodeRun and Attempt status: compare-and-set, event and wake-up in one transaction.

`ledger` opens a run, `starting` begins and queues, `claiming` takes, `attempts` ends, `accepting` moves on,
`acts` is what people do, `leases` is time.
"""
