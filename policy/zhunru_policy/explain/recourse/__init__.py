"""What would have to change."""
