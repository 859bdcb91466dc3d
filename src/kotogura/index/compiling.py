"""A tenant's user dictionary from the CSV that it wrote into its files. It needs Sudachi."""

from kotogura.analysis.user_dictionary import compile_dictionary, digest_of, source_of
from kotogura.index.dictionaries import dictionary_name
from kotogura.tenants.dictionaries import parse_dictionary
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def wanted_digest(text: str) -> str | None:
    """Return the digest of the dictionary that `text` says, or None if it says no word."""
    entries = parse_dictionary(text)
    return digest_of(source_of(entries)) if entries else None


def store_dictionary(tenant: TenantId, text: str, files: TenantFiles) -> str | None:
    """Compile what `text` says into the tenant's files; return its digest, None without words.

    An old file is written anew, with equal bytes: the janitor, which may be about to remove it,
    then finds it young.

    Raises:
        StoreUnavailable: when it can't be written; a retry may help.
    """
    entries = parse_dictionary(text)
    if not entries:
        return None
    source = source_of(entries)
    digest = digest_of(source)
    files.write(tenant, dictionary_name(digest), compile_dictionary(source))
    return digest
