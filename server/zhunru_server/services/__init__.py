"""The gRPC services: message to facts to decision to message."""
