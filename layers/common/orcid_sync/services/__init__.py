"""The use cases: which calls in which order, and what is recorded when one fails."""
