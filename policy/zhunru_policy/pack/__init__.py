"""A policy's plain data: vocabulary, checks, facts, answers and words. Knows the language and the core alone."""
