"""What can go wrong when a tenant leaves, beside what goes wrong below it.

KotoguraError
├── ExportIncomplete             export-incomplete: not all could be written down
└── ErasureIncomplete            erasure-incomplete: something of the tenant is left
"""

from kotogura.errors import Internal


class ExportIncomplete(Internal):
    """Something could not be fetched or written; the folder has no manifest."""

    code = "export-incomplete"


class ErasureIncomplete(Internal):
    """Something of the tenant is left; repeating the erasure goes on with it."""

    code = "erasure-incomplete"
