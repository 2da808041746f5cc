"""Keeps researchers' ORCID records in step with their institution's research information system."""
