"""`zhunru serve`: the gRPC service."""
