"""The drainage twin: rain on wards, pipes and lakes, rivers, pumps, the river outside; on EPA SWMM.

A model is the city's own, built from `city/twin/drainage.toml` (model.py), or any `.inp` that was
imported (importing.py). What it does not know, it names (`invented` of every result).
"""
