"""The local stack: everything around the product that a developer's machine needs; never deployed."""
