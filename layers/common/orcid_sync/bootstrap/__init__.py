"""Joins configuration, adapters and services: one cached builder per function; the only place that knows all three."""
