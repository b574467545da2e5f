"""The rule language: a subset of Soufflé's Datalog, from text to a checked program."""
