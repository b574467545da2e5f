"""What the writer is told where the parser can't go on, and how reading goes on; imports `tokens` alone."""
