"""Proofs of what holds."""
