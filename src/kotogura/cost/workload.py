"""What is kept and what is done in a month."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """A month. Sizes are decimal: 1 MB = 10⁶ bytes of text, which is what is indexed.

    Attributes:
        megabytes: text of each tenant; a PDF counts with its text, and is larger in the bucket.
        searches, documents, trainings: of all tenants together, in the month.
        meaning_share: part of the searches that compare vectors (`meaning` and `both`), 0 to 1.
        active_tenants: tenants of which anything is searched; only their index leaves the
            infrequent access class.
        active_hours: hours of the month in which anybody searches; for what scales to zero.
        users: of each tenant.
    """

    tenants: int = 100
    megabytes: float = 100.0
    searches: int = 1_000_000
    meaning_share: float = 0.0
    documents: int = 0
    trainings: int = 0
    active_tenants: int = 100
    active_hours: float = 220.0
    users: int = 5
    document_kilobytes: float = 8.0

    @property
    def text_gb(self) -> float:
        """All tenants' text."""
        return self.tenants * self.megabytes / 1000

    @property
    def stored_documents(self) -> float:
        """How many documents that text is."""
        return self.text_gb * 1e6 / self.document_kilobytes

    @property
    def documents_gb(self) -> float:
        """Text of the documents that come in during the month."""
        return self.documents * self.document_kilobytes / 1e6

    @property
    def meaning_searches(self) -> float:
        """Searches that compare vectors."""
        return self.searches * self.meaning_share

    @property
    def word_searches(self) -> float:
        """Searches that don't."""
        return self.searches - self.meaning_searches
