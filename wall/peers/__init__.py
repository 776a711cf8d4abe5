"""Controllers of other sites: their walls mirrored, salvos across, one wall that follows another.

Each controller opens a link to each other site as a client of kind `peer`, and takes theirs. Over
its own it hears of their walls, measures their clock and asks; each wall is its own site's.
"""
