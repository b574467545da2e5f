"""`make demo`: a real server, six applicants who ask it, and what it answers, in a terminal."""
