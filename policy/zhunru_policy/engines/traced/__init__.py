"""Every row with every way in which it was derived: what explanations read."""
