"""Digital twins: what traffic and water would do, on the field's own engines (SUMO, SWMM).

A twin turns a scenario (values) into the files of its engine, runs it, and reads back what it said,
with what it could not do. It keeps nothing: `jobs` does.
"""
