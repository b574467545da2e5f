"""Questions to z3. This room alone imports it."""
