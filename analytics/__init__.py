"""What the numbers will be, what is unusual in them, and what people say: beside the data path.

It reads the observations store and writes findings (envelopes) through `jobs`; no page, no clock.
"""
