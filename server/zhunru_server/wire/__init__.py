"""Between the contract's messages and the policy's plain data."""
