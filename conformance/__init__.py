"""Conformance: requests against any registry by URL, and whether its answers are what ORCID's are known to be.

A reading of ORCID's behaviour of its own: nothing of the product is imported, and of the emulator only its start.
"""
