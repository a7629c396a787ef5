"""Who may send cases to this desk: keys that stand beside the settings (RFC 7517)."""

import json
from collections.abc import Sequence

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workstation.errors import SettingsError
from workstation.protocols.launch import Gate
from workstation.settings import Site
from workstation.text import tr


def gates(sites: Sequence[Site]) -> tuple[Gate, ...]:
    """One for each site that others may send cases of. Raises `SettingsError`."""
    return tuple(_gate(site) for site in sites if site.launch_issuer)


def _gate(site: Site) -> Gate:
    assert site.launch_keys is not None  # the settings were read
    try:
        keys = KeySet.import_key_set(json.loads(site.launch_keys.read_text("utf-8")))
    except (OSError, JoseError, ValueError, KeyError, TypeError):
        raise SettingsError(
            tr("{file}: no keys of who may send cases", file=site.launch_keys)
        ) from None
    return Gate(site.id, site.launch_issuer, keys)
