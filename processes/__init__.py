"""The roles as processes: what each runs, and the one parent that starts and watches them.

Not for what a role does: that is `data_access`, `wall` and `callbacks`.
"""
