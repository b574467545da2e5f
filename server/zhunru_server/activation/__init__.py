"""What a policy must pass before it serves."""
