"""From listening to a clean end, in one process or several."""
