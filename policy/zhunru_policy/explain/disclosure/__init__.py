"""What a reader may be told."""
