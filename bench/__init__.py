"""The benchmark: what the project promises of speed and counts, measured beside its target.

``python -m bench`` prints a table and writes ``build/bench.json``. A miss is reported as a miss; only an
answer that differs from the one it is checked against fails the run.
"""
