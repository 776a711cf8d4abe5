"""A simulated city in the formats of the sources, for rooms without a lake (`lake.write_lake`)."""
