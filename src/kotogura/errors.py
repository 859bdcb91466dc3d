"""Every error that Kotogura raises on purpose, in one tree.

KotoguraError                    code, kind
├── InvalidArgument              invalid-argument
│   ├── InvalidTenantId
│   ├── InvalidQuery
│   │   ├── QuerySyntaxError     an operator lacks what it needs; tells the column
│   │   ├── InvalidFilter        a filter, facet or order that can't be understood
│   │   └── InvalidCursor        not what an answer to this very search gave
│   ├── InvalidSynonyms          tells the lines that are wrong
│   ├── InvalidDictionary        tells the lines that are wrong
│   ├── UnsuitableModel          a model that can't be imported as the base model
│   └── InvalidEvent             an event that is not about a tenant's document
├── Unauthenticated              unauthenticated
├── PermissionDenied             permission-denied
├── NotFound                     not-found (also for another tenant's object)
│   ├── TenantNotFound
│   │   └── TenantErased         the tenant has left; nothing is taken in for it any more
│   ├── DocumentNotFound
│   ├── TrainingNotFound
│   ├── ModelNotFound            no kept generation names such a model
│   ├── UploadNotFound           no upload in parts that goes on
│   ├── ExecutionNotFound        no workflow ran for the tenant under this id
│   ├── GenerationNotFound       not among the generations that are kept
│   └── RunNotFound              no run of reindex, or none any more
├── Conflict                     conflict
│   ├── TenantExists
│   ├── ModelNotReady            the tenant has no model in service yet
│   ├── TrainingRunning          one training per tenant at a time
│   ├── UploadUnfinished         parts of the file are missing
│   ├── DictionaryChanged        a run of reindex for a user dictionary that was replaced
│   └── RunIncomplete            a run of reindex with batches that are not built
├── DocumentError                the document's own fault: quarantined, never retried
│   ├── DocumentTooLarge         too-large
│   ├── UnsupportedDocument      unsupported-media-type
│   ├── UndecodableText          unprocessable
│   ├── UnanalyzableText         unprocessable
│   ├── EmptyDocument            unprocessable
│   ├── EncryptedDocument        unprocessable: protected by a password
│   ├── BrokenDocument           unprocessable: damaged, or not what its extension says
│   ├── DocumentBomb             too-large: unpacks to far more than it seems
│   ├── DocumentTooSlow          unprocessable: takes longer to read than is allowed
│   ├── InvalidMetadata          unprocessable: the `.meta.json` beside it can't be used
│   ├── InvalidDocumentName      unprocessable
│   └── QuotaReached             rate-limited: the tenant has as much as it may
├── UnsupportedMediaType         unsupported-media-type: the body is not what the route takes
├── RequestTooLarge              too-large: more than one request may bring
├── NotEnoughText                unprocessable: too little to train on
├── Throttled                    rate-limited: retry after a pause
├── TrainingBudgetSpent          rate-limited: this month's minutes of training are used up
├── TooManySearches              rate-limited: the tenant searched faster than it may
├── Unavailable                  unavailable: retry helps
│   ├── CommitConflict           another commit won the race every time
│   ├── StoreUnavailable         a file or table that should answer did not
│   │   └── IndexLost            files that the index names are missing; an operator rebuilds it
│   └── ModelLost                the files of the model in service are missing
├── ModelUnreachable             unavailable: no model hub is in reach, or no endpoint has the model
├── TokenKeysUnreachable         unavailable: whoever issues tokens doesn't tell its keys
├── TrainingInterrupted          unavailable: its machine was taken back; the next one goes on
└── Internal                     internal: retry does not help
    ├── CorruptIndex             a file differs from what its manifest says
    ├── CorruptModel             a model differs from its digest
    └── AnalyzerMismatch         index and query were analysed by different analyzers

State machines name these classes in `ErrorEquals`, and a test holds that every name exists.
A message may be shown to the tenant: it names the remedy, and never quotes a document's text, a
query or a term.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of failure it is; `kotogura.platform.problems` turns a kind into an HTTP status."""

    INVALID_ARGUMENT = "invalid-argument"
    UNAUTHENTICATED = "unauthenticated"
    PERMISSION_DENIED = "permission-denied"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    UNPROCESSABLE = "unprocessable"
    RATE_LIMITED = "rate-limited"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    INTERNAL = "internal"


class KotoguraError(Exception):
    """Base of the tree. `code` is stable and kebab-case; `kind` decides the HTTP status."""

    code = "internal"
    kind = Kind.INTERNAL

    @property
    def detail(self) -> str:
        """One line for a person, naming the remedy where there is one."""
        return str(self.args[0]) if self.args else self.code

    @property
    def members(self) -> dict[str, int]:
        """What a problem tells beside the members that every problem has."""
        return {}

    @property
    def retry_after_seconds(self) -> int | None:
        """When a retry may help, where this very error knows; else its kind decides."""
        return None


class InvalidArgument(KotoguraError):
    code = "invalid-argument"
    kind = Kind.INVALID_ARGUMENT


class InvalidTenantId(InvalidArgument):
    code = "invalid-tenant-id"


class InvalidQuery(InvalidArgument):
    code = "invalid-query"


class QuerySyntaxError(InvalidQuery):
    """Raised where an operator lacks what it needs; `column` counts code points from 1."""

    code = "query-syntax-error"

    def __init__(self, message: str = code, column: int = 1) -> None:
        super().__init__(message)
        self.column = column

    @property
    def members(self) -> dict[str, int]:
        """Return the problem's own members: the column."""
        return {"column": self.column}


class InvalidFilter(InvalidQuery):
    code = "invalid-filter"


class InvalidCursor(InvalidQuery):
    code = "invalid-cursor"


class InvalidSynonyms(InvalidArgument):
    code = "invalid-synonyms"


class InvalidDictionary(InvalidArgument):
    code = "invalid-dictionary"


class UnsuitableModel(InvalidArgument):
    code = "unsuitable-model"


class InvalidEvent(InvalidArgument):
    code = "invalid-event"


class Unauthenticated(KotoguraError):
    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED


class PermissionDenied(KotoguraError):
    code = "permission-denied"
    kind = Kind.PERMISSION_DENIED


class NotFound(KotoguraError):
    code = "not-found"
    kind = Kind.NOT_FOUND


class TenantNotFound(NotFound):
    code = "tenant-not-found"


class TenantErased(TenantNotFound):
    code = "tenant-erased"


class DocumentNotFound(NotFound):
    code = "document-not-found"


class TrainingNotFound(NotFound):
    code = "training-not-found"


class ModelNotFound(NotFound):
    code = "model-not-found"


class UploadNotFound(NotFound):
    code = "upload-not-found"


class ExecutionNotFound(NotFound):
    code = "execution-not-found"


class GenerationNotFound(NotFound):
    code = "generation-not-found"


class RunNotFound(NotFound):
    code = "run-not-found"


class Conflict(KotoguraError):
    code = "conflict"
    kind = Kind.CONFLICT


class TenantExists(Conflict):
    code = "tenant-exists"


class ModelNotReady(Conflict):
    code = "model-not-ready"


class TrainingRunning(Conflict):
    code = "training-running"


class UploadUnfinished(Conflict):
    code = "upload-unfinished"


class DictionaryChanged(Conflict):
    code = "dictionary-changed"


class RunIncomplete(Conflict):
    code = "run-incomplete"


class DocumentError(KotoguraError):
    code = "document-error"
    kind = Kind.UNPROCESSABLE


class DocumentTooLarge(DocumentError):
    code = "document-too-large"
    kind = Kind.TOO_LARGE


class UnsupportedDocument(DocumentError):
    code = "unsupported-document"
    kind = Kind.UNSUPPORTED_MEDIA_TYPE


class UndecodableText(DocumentError):
    code = "undecodable-text"


class UnanalyzableText(DocumentError):
    code = "unanalyzable-text"


class EmptyDocument(DocumentError):
    code = "empty-document"


class EncryptedDocument(DocumentError):
    code = "encrypted-document"


class BrokenDocument(DocumentError):
    code = "broken-document"


class DocumentBomb(DocumentError):
    code = "document-bomb"
    kind = Kind.TOO_LARGE


class DocumentTooSlow(DocumentError):
    code = "document-too-slow"


class InvalidMetadata(DocumentError):
    code = "invalid-metadata"


class InvalidDocumentName(DocumentError):
    code = "invalid-document-name"


class QuotaReached(DocumentError):
    code = "quota-reached"
    kind = Kind.RATE_LIMITED

    @property
    def retry_after_seconds(self) -> int:
        """An hour: nothing frees itself, somebody has to delete documents or raise the limit."""
        return 3600


class UnsupportedMediaType(KotoguraError):
    code = "unsupported-media-type"
    kind = Kind.UNSUPPORTED_MEDIA_TYPE


class RequestTooLarge(KotoguraError):
    code = "request-too-large"
    kind = Kind.TOO_LARGE


class NotEnoughText(KotoguraError):
    code = "not-enough-text"
    kind = Kind.UNPROCESSABLE


class Throttled(KotoguraError):
    code = "throttled"
    kind = Kind.RATE_LIMITED


class TrainingBudgetSpent(KotoguraError):
    """Raised until the month ends."""

    code = "training-budget-spent"
    kind = Kind.RATE_LIMITED

    def __init__(self, message: str = code, retry_after_seconds: int = 3600) -> None:
        super().__init__(message)
        self._retry_after_seconds = retry_after_seconds

    @property
    def retry_after_seconds(self) -> int:
        """When the next month begins."""
        return max(1, self._retry_after_seconds)


class TooManySearches(KotoguraError):
    """Raised where a tenant's searches are refused for a while."""

    code = "too-many-searches"
    kind = Kind.RATE_LIMITED

    def __init__(self, message: str = code, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self._retry_after_seconds = retry_after_seconds

    @property
    def retry_after_seconds(self) -> int:
        """When there will be a token again; at least a second."""
        return max(1, self._retry_after_seconds)


class Unavailable(KotoguraError):
    code = "unavailable"
    kind = Kind.UNAVAILABLE


class CommitConflict(Unavailable):
    code = "commit-conflict"


class StoreUnavailable(Unavailable):
    code = "store-unavailable"


class IndexLost(StoreUnavailable):
    """Raised where a retry helps only if the files were about to appear, as over NFS."""

    code = "index-lost"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "files of the index are missing; an operator rebuilds it, with "
            "`kotogura index rebuild`"
        )


class ModelLost(Unavailable):
    code = "model-lost"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "the model's files are missing; search by word, and let an operator bring "
            "them back or an admin start a training"
        )


class ModelUnreachable(KotoguraError):
    code = "model-unreachable"
    kind = Kind.UNAVAILABLE


class TokenKeysUnreachable(KotoguraError):
    code = "token-keys-unreachable"
    kind = Kind.UNAVAILABLE


class TrainingInterrupted(KotoguraError):
    code = "training-interrupted"
    kind = Kind.UNAVAILABLE


class Internal(KotoguraError):
    code = "internal"
    kind = Kind.INTERNAL


class CorruptIndex(Internal):
    code = "corrupt-index"


class CorruptModel(Internal):
    code = "corrupt-model"


class AnalyzerMismatch(Internal):
    code = "analyzer-mismatch"
