"""What is unusual now: events in the city, told apart from faults of the sensors that tell of it.

Detectors are pure: what was measured, up to now, in; findings with their evidence out. They keep
nothing: each is a fold over the last hours, so that a restart, a late row or a question about the
past gives the same answer. What stands, since when and under which number is the book's
(`book.py`), which is read back from the finding that was published. Not for forecasts, and not for
rules, which a person sets over figures (`operations/rules.py`).
"""
