"""Access keys of the service. Only the hashes of keys are kept."""

import hashlib
import re
import secrets

_MINIMUM_CHARACTERS = 16
HASH_PREFIX = "sha256:"

_SEPARATORS = re.compile(r"[\s,]+")
_HASH = re.compile(r"sha256:[0-9a-fA-F]{64}")

# The characters that RFC 6750 allows after `Bearer`.
KEY = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def new_key() -> str:
    """Return a random key of 256 bits."""
    return secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """Return the hash of a key, which is kept instead of the key.

    Plain SHA-256 is enough, because random keys, unlike passwords, cannot be found by trying.

    >>> key_hash("kopi-dari-lembah-arum")
    'sha256:5c25cb58359044609d03a6c622f633d1acfa8839f1a637e3b4675968b8537cc4'
    """
    return HASH_PREFIX + hashlib.sha256(key.encode()).hexdigest()


def as_key_hashes(text: str) -> list[str]:
    """Return the hashes of keys. `text` holds keys or hashes of keys, separated by spaces or commas.

    Raises:
        ValueError: there is no key, or a key is not valid. The message gives its number but not the key.
    """
    entries = [entry for entry in _SEPARATORS.split(text) if entry]
    if not entries:
        raise ValueError("it contains no key (`kutip key` makes one)")
    return [_as_key_hash(entry, f"entry {place}") for place, entry in enumerate(entries, start=1)]


def _as_key_hash(entry: str, named: str) -> str:
    if entry.lower().startswith(HASH_PREFIX):
        if not _HASH.fullmatch(entry.lower()):
            raise ValueError(f"{named} is not `sha256:` with 64 hexadecimal digits (`kutip key` prints one)")
        return entry.lower()
    if len(entry) < _MINIMUM_CHARACTERS:
        raise ValueError(
            f"{named} has {len(entry)} characters, but a key has at least {_MINIMUM_CHARACTERS} "
            "(`kutip key` makes one)"
        )
    if not KEY.fullmatch(entry):
        raise ValueError(f"{named} contains characters other than letters, digits and -._~+/")
    return key_hash(entry)
