"""Who may see and do what: identity, roles, sessions, audit. Knows no Dash and no Flask."""
