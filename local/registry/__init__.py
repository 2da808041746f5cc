"""An emulator of ORCID's registry: Member API v3.0 for works, OAuth, and the request limit.

Shares nothing with the product: two readings of ORCID's behaviour have to agree.
"""

from local.registry.app import RegistryApp
from local.registry.running import RunningRegistry
from local.registry.settings import RegistrySettings

__all__ = ["RegistryApp", "RegistrySettings", "RunningRegistry"]
