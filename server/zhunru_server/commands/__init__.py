"""The `zhunru` command's words, one module a group."""
