"""Realms beside live: the past played again, in processes of their own."""
