"""What is checked of a program before anything runs it: one module a concern, each adding to one list of findings."""
