"""The six criteria of a dataset's data, one module each: what is measured, how it counts."""
