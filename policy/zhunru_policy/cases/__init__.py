"""Case files and their runner."""
