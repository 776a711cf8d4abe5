"""What citizens say: the same report twice, what is spoken of more than usual, what it is about."""
