"""How data comes in live: each way fetches or hears payloads and hands them to the spool, durably.

Not for what is in a payload (data_access/sources) nor for the store (data_access/live.py).
"""
