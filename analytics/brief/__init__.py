"""The morning brief and the flash brief: sentences made by rules of the platform's own numbers.

`compose` is pure: envelopes, rules and an instant in, sentences out, each with its figures and what
they were taken from. `check` refuses any text with a figure that is not one of them; an endpoint
that writes better sentences (`endpoint`) is believed that far and no further.
"""
