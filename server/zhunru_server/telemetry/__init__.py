"""The log and the counters."""
