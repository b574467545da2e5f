"""What the service answers, as plain frozen data."""
