"""Stand-ins for Crossref, DataCite and Europe PMC on one port; they share no code with the product."""
