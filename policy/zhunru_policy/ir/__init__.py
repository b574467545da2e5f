"""What every reading of the rules shares: the core program, the order of its steps. Knows the language alone."""
