"""A stand-in for a Symplectic Elements server, for the local stack and tests; it shares no code with the product."""
