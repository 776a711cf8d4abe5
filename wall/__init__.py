"""The wall: geometry, scenes, protocol, controller, clients. Knows no Dash and no database."""
