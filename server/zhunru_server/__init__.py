"""Zhunru's service: gRPC, the decision log, and the `zhunru` command."""
