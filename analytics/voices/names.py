"""What the findings of citizens' words are called: pages need not import what learns for that."""

TOPICS, DUPLICATES, QUALITY = "voices.topics", "voices.duplicates", "voices.quality"
