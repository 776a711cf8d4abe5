"""Proof of display: what each wall showed when, as a chain of entries nobody can change unseen.

The hub's modules tell `witness` what they know for certain; its entries are effects. `recorder`
writes them in a thread of its own, each sealed over the one before. Not for commands (the audit)
nor for what a wall ought to show (the store of desired state).
"""
