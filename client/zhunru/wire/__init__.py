"""Between the contract's messages and the SDK's plain data."""
