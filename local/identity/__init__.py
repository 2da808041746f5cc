"""The local identity provider: stands in for the institution's own (OpenID Connect)."""
