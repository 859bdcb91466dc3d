"""A tenant's day: every event, the function it is for, and what comes before what."""

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from tests.integration.conftest import ROOT
from tests.sam_local import checks
from tests.sam_local.answers import (
    Answer,
    Event,
    Story,
    as_it_is,
    following,
    of_the_execution,
    of_the_object,
    of_the_quarantine,
    of_the_samples_size,
    of_the_upload,
    to_the_generation_before,
)
from tests.sam_local.command_line import SamLocal

Check = Callable[[Answer, Story], None]


@dataclass(frozen=True)
class Step:
    """One event, the function it is for, how it is filled in, and what the answer must say."""

    function: str
    event: str
    check: Check
    fill: Callable[[Event, Story], Event] = as_it_is


# The steps of a stage tell nothing of each other, and run side by side.
STAGES = [
    # The processes that indexed the samples may have another Unicode: the images index them anew.
    [
        Step("ReindexPlanFunction", "reindex-plan", checks.run_is_planned),
        Step("ClaimsFunction", "cognito-pre-token-generation-v2", checks.tenant_is_in_the_token),
        Step("ManageFunction", "manage-list", checks.documents_are_listed),
        Step("ManageFunction", "manage-download", checks.original_is_handed_out),
        Step("ManageFunction", "manage-opened", checks.opening_is_not_kept),
        Step("ManageFunction", "manage-docs", checks.page_is_served),
        Step("ManageFunction", "manage-openapi", checks.openapi_is_served),
    ],
    [
        Step("ReindexBuildFunction", "reindex-build", checks.batch_is_built),
        Step("ManageFunction", "manage-begin-upload", checks.upload_in_parts_is_begun),
        Step("ManageFunction", "manage-put-synonyms", checks.synonyms_are_kept),
        Step("ManageFunction", "manage-put-schedule", checks.schedule_is_daily),
    ],
    [
        Step("UpkeepFunction", "upkeep-progress", checks.run_is_followed),
        Step("ManageFunction", "manage-upload-parts", checks.parts_are_missing, of_the_upload),
        Step(
            "ManageFunction", "manage-complete-upload", checks.upload_is_unfinished, of_the_upload
        ),
        Step("ManageFunction", "manage-synonyms", checks.synonyms_are_kept),
        Step("ManageFunction", "manage-schedule", checks.schedule_is_daily),
    ],
    [
        Step("ReindexSwapFunction", "reindex-swap", checks.run_is_swapped_in),
        Step("ManageFunction", "manage-abort-upload", checks.upload_is_given_up, of_the_upload),
        Step("ManageFunction", "manage-train", checks.training_is_started),
    ],
    [
        Step("SearchFunction", "search-words", checks.words_are_found),
        Step("ManageFunction", "manage-trainings", checks.trainings_are_listed),
        Step("ManageFunction", "manage-executions", checks.aborted_training_is_listed),
        Step("SearchFunction", "search-meaning", checks.meaning_is_found),
        Step("SearchFunction", "search-document", checks.document_is_shown),
        Step("SearchFunction", "search-similar-documents", checks.similar_documents_are_found),
        Step("SearchFunction", "search-similar", checks.similar_texts_are_found),
        Step("SearchFunction", "search-similar-words", checks.similar_words_are_found),
        Step("SearchFunction", "search-suggest", checks.words_are_suggested),
        Step("SearchFunction", "search-fields", checks.fields_are_listed),
        Step("SearchFunction", "search-analyze", checks.sentence_is_cut_by_the_dictionary),
    ],
    [
        Step("IngestFunction", "s3-object-created", checks.document_is_extracted, of_the_object),
        Step(
            "ManageFunction", "manage-execution", checks.aborted_training_is_shown, of_the_execution
        ),
        Step("UsageFunction", "usage", checks.searches_are_counted),
    ],
    [
        Step(
            "TokenizeFunction",
            "ingest-extracted",
            checks.document_is_staged,
            following("s3-object-created"),
        ),
        Step("ManageFunction", "manage-usage", checks.usage_is_shown),
    ],
    [Step("CommitFunction", "commit", checks.document_is_indexed, following("s3-object-created"))],
    [
        Step("UpkeepFunction", "upkeep-inspect", checks.index_is_inspected),
        Step("UpkeepFunction", "upkeep-verify", checks.index_is_sound),
        Step("LeavingFunction", "leaving-list", checks.models_are_listed),
        Step("LeavingFunction", "leaving-read", checks.no_such_file_is_kept),
        Step("LeavingFunction", "leaving-erase", checks.nothing_is_erased),
    ],
    [
        Step("CompactFunction", "compact", checks.index_is_compacted),
        Step("ReconcileFunction", "reconcile", checks.nothing_was_missed),
    ],
    [
        Step(
            "UpkeepFunction",
            "upkeep-rollback",
            checks.generation_is_rolled_back,
            to_the_generation_before,
        ),
    ],
    [
        Step("UpkeepFunction", "upkeep-rollback-model", checks.no_such_model_is_kept),
        Step("ManageFunction", "manage-rollback-model", checks.no_such_model_is_known),
        Step("QuarantineFunction", "quarantine", checks.failure_is_recorded, of_the_quarantine),
    ],
    # The stack's own events about these are older than the ones told here, and change nothing.
    [Step("ManageFunction", "manage-delete", checks.document_is_removed)],
    [Step("ManageFunction", "manage-upload", checks.upload_is_signed, of_the_samples_size)],
    [
        Step(
            "IngestFunction",
            "s3-object-permanently-deleted",
            checks.document_is_extracted,
            of_the_object,
        )
    ],
    [Step("IngestFunction", "s3-object-deleted", checks.removal_is_staged, of_the_object)],
    [
        Step(
            "CommitFunction",
            "ingest-removed",
            checks.document_is_gone,
            following("s3-object-deleted"),
        )
    ],
    [
        Step("ManageFunction", "manage-reindex", checks.reindex_is_started),
    ],
    [Step("ManageFunction", "manage-put-dictionary", checks.dictionary_is_taken)],
    [
        Step("ManageFunction", "manage-dictionary", checks.dictionary_is_shown),
    ],
]


class Day:
    """Tells the events stage by stage, two steps of a stage at a time.

    Answers are judged when their stage has ended: addresses in them expire, and what a function
    started is stopped.
    """

    def __init__(self, story: Story, sam: SamLocal, pool: ThreadPoolExecutor) -> None:
        self._story = story
        self._sam = sam
        self._pool = pool
        self._verdicts: dict[str, Future[None]] = {}

    def judge(self, step: Step) -> None:
        """Tell the step's stage, unless it is told, and raise what speaks against its answer."""
        [stage] = [stage for stage in STAGES if step in stage]
        self._tell(stage)
        self._verdicts[step.event].result()

    def come_to(self, event: str) -> None:
        """Tell all stages up to that of `event`, with it."""
        for stage in STAGES:
            self._tell(stage)
            if event in [step.event for step in stage]:
                return

    def _tell(self, stage: list[Step]) -> None:
        if stage[0].event in self._verdicts:
            return
        answers = [self._pool.submit(self._invoke, step) for step in stage]
        for step, answer in zip(stage, answers, strict=True):
            self._verdicts[step.event] = self._pool.submit(self._check, step, answer)
            wait([self._verdicts[step.event]])

    def _invoke(self, step: Step) -> Answer:
        path = ROOT / "events" / f"{step.event}.json"
        event = step.fill(json.loads(path.read_text("utf-8")), self._story)
        return self._sam.invoke(step.function, event)

    def _check(self, step: Step, answer: Future[Answer]) -> None:
        self._story.answers[step.event] = answer.result()
        step.check(answer.result(), self._story)
