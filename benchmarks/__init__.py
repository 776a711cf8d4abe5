"""Programs that measure the room; each prints tables and, with `--write`, keeps them.

Run one alone as `python -m benchmarks.<name>`; `make bench` runs all. Never part of the tests.
"""
