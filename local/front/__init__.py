"""The local stack's HTTP front: one address for pages, API and local controls."""
