"""What the city's numbers will be, with intervals, and how far to believe it.

Series of one kind are forecast together (`panel`); a model stands beside two baselines and is shown
as a model only where it beat both in the past (`choice`). Pure but for `run`.
"""
