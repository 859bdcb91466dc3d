"""What Kotogura costs: lines out of the template's resources and a workload."""

from collections.abc import Iterator

from kotogura.cost import consumption as used
from kotogura.cost.inventory import Inventory
from kotogura.cost.lines import Line, Phase
from kotogura.cost.prices import PriceTable
from kotogura.cost.workload import Workload


class Bill:
    """Makes lines with the prices of one region."""

    def __init__(self, prices: PriceTable) -> None:
        self._prices = prices

    def line(
        self, phase: Phase, service: str, what: str, quantity: float, price: str, basis: str
    ) -> Line:
        """Return one line; `price` is a name of the table."""
        return Line(phase, service, what, quantity, self._prices[price], basis)


def estimate(inventory: Inventory, workload: Workload, prices: PriceTable) -> list[Line]:
    """Return the lines of a month, idle ones first; those that cost nothing are left out.

    Raises:
        LookupError: when the template lacks a resource that the model of consumption knows.
    """
    bill = Bill(prices)
    lines = [
        *_storage(bill, inventory, workload),
        *_schedules(bill, inventory, workload),
        *_monitoring(bill, inventory),
        *_searches(bill, inventory, workload, prices),
        *_documents(bill, inventory, workload),
        *_trainings(bill, inventory, workload),
    ]
    kept = [line for line in lines if line.quantity]
    return sorted(kept, key=lambda line: line.phase != "idle")


def index_gb(workload: Workload) -> float:
    """Return the size of all tenants' segments without vectors, in the newest generation."""
    return workload.text_gb * used.INDEX_PER_TEXT


def vectors_gb(text_gb: float) -> float:
    """Return the size of the vectors of that much text."""
    return text_gb * 1000 * used.PASSAGES_PER_MB * used.VECTOR_BYTES / 1e9


def _storage(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    index, vectors = index_gb(workload), vectors_gb(workload.text_gb)
    models = workload.tenants * used.MODEL_GB
    stored = (index + vectors) * used.KEPT_FACTOR + models
    basis = (
        f"(index {index:.2f} + vectors {vectors:.2f}) × {used.KEPT_FACTOR} kept"
        f" + models {models:.2f} = {stored:.2f} GB"
    )
    text = f"{workload.tenants} tenants × {workload.megabytes:g} MB"
    yield bill.line("idle", "S3", "documents", workload.text_gb, "s3.storage", text)
    rules = inventory.named("FileSystem").properties.get("LifecyclePolicies", [])
    standard = used.STANDARD_SHARE if any("TransitionToIA" in rule for rule in rules) else 1.0
    quantity = stored * standard
    yield bill.line("idle", "EFS", "standard", quantity, "efs.standard", f"{basis}, {standard:.0%}")
    quantity = stored - quantity
    yield bill.line("idle", "EFS", "infrequent access", quantity, "efs.infrequent", "the rest")
    if _is_backed_up(inventory):
        yield bill.line("idle", "AWS Backup", "of EFS, one full copy", stored, "backup.efs", basis)
    items = workload.stored_documents * used.ITEM_GB
    basis = f"{workload.stored_documents:,.0f} documents × {used.ITEM_GB * 1e6:g} kB"
    yield bill.line("idle", "DynamoDB", "items", items, "dynamodb.storage", basis)
    recovery = inventory.named("Table").properties.get("PointInTimeRecoverySpecification", {})
    if recovery.get("PointInTimeRecoveryEnabled"):
        what = "point-in-time recovery"
        yield bill.line("idle", "DynamoDB", what, items, "dynamodb.recovery", basis)
    images = _images_gb(inventory)
    basis = "compressed images, one of each"
    yield bill.line("idle", "ECR", "images", images, "ecr.storage", basis)
    keys = len(inventory.of("AWS::KMS::Key"))
    yield bill.line("idle", "KMS", "keys", keys, "kms.key", "in the template")


def _is_backed_up(inventory: Inventory) -> bool:
    policy = inventory.named("FileSystem").properties.get("BackupPolicy", {})
    return policy.get("Status") == "ENABLED" or bool(inventory.of("AWS::Backup::BackupPlan"))


def _images_gb(inventory: Inventory) -> float:
    tags = {
        one.metadata.get("DockerTag", one.name)
        for one in inventory.of("AWS::Serverless::Function")
        if one.value("PackageType") == "Image"
    }
    functions = sum(used.IMAGE_GB.get(tag, used.OTHER_IMAGE_GB) for tag in tags)
    return functions + len(inventory.of("AWS::ECS::TaskDefinition")) * used.TRAINER_IMAGE_GB


def _schedules(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    runs = inventory.runs_a_month("CompactStateMachine")
    calls = runs * workload.tenants
    seconds = used.COMPACTION_SECONDS * inventory.gigabytes("CompactFunction")
    basis = f"{runs:.1f} nights × {workload.tenants} tenants"
    yield bill.line("idle", "Lambda", "compaction, calls", calls, "lambda.request", basis)
    what = "compaction, nothing to merge"
    basis = f"{calls:,.0f} calls × {seconds:.2f} GB-seconds"
    yield bill.line("idle", "Lambda", what, calls * seconds, "lambda.gb-second", basis)
    # Tenants are trained weekly unless they say otherwise; a daily run finds none of them.
    for machine, cadence, (fixed, each) in (
        ("Compact", "", used.COMPACTION_TRANSITIONS),
        ("Train", "weekly", used.TRAINING_TRANSITIONS),
    ):
        every = inventory.runs_a_month(f"{machine}StateMachine")
        full = inventory.runs_a_month(f"{machine}StateMachine", cadence)
        count = every * fixed + full * each * workload.tenants
        what = f"{machine.lower()}, scheduled"
        basis = f"{every:.1f} runs × {fixed} + {full:.1f} × {workload.tenants} tenants × {each}"
        yield bill.line("idle", "Step Functions", what, count, "states.transition", basis)
    logged = calls * used.FUNCTION_LOG_GB
    basis = f"{calls:,.0f} calls × {used.FUNCTION_LOG_GB * 1e6:g} kB"
    yield bill.line("idle", "CloudWatch", "logs of compaction", logged, "logs.ingest", basis)
    metrics = len(used.STEP_METRICS) / 24
    basis = f"{len(used.STEP_METRICS)} metrics, one hour in 24"
    yield bill.line("idle", "CloudWatch", "metrics of compaction", metrics, "metrics.custom", basis)


def _monitoring(bill: Bill, inventory: Inventory) -> Iterator[Line]:
    alarms = sum(
        max(1, sum("MetricStat" in one for one in alarm.properties.get("Metrics", [])))
        for alarm in inventory.of("AWS::CloudWatch::Alarm")
    )
    for what, quantity, price in (
        ("alarms", alarms, "alarms.standard"),
        (
            "composite alarms",
            len(inventory.of("AWS::CloudWatch::CompositeAlarm")),
            "alarms.composite",
        ),
        ("dashboards", len(inventory.of("AWS::CloudWatch::Dashboard")), "dashboards"),
    ):
        yield bill.line("idle", "CloudWatch", what, quantity, price, "in the template")


def _searches(
    bill: Bill, inventory: Inventory, workload: Workload, prices: PriceTable
) -> Iterator[Line]:
    searches = workload.searches
    basis = f"{searches:,} searches"
    yield bill.line("running", "API Gateway", "searches", searches, "api.request", basis)
    yield bill.line("running", "Lambda", "search, calls", searches, "lambda.request", basis)
    memory = inventory.gigabytes("SearchFunction")
    for what, count, inner_ms in (
        ("search by word", workload.word_searches, used.COLD_TERMS_MS),
        ("search by meaning", workload.meaning_searches, used.MEANING_MS),
    ):
        milliseconds = inner_ms + used.HANDLER_MS
        quantity = count * milliseconds / 1000 * memory
        basis = f"{count:,.0f} × {milliseconds:.1f} ms × {memory:.3f} GB"
        yield bill.line("running", "Lambda", what, quantity, "lambda.gb-second", basis)
    start = used.START_SECONDS + used.INIT_SECONDS
    quantity = searches * used.COLD_SHARE * start * memory
    basis = f"{used.COLD_SHARE:.0%} of {searches:,} × {start:.2f} s × {memory:.3f} GB"
    yield bill.line("running", "Lambda", "search, cold starts", quantity, "lambda.gb-second", basis)
    if inventory.named("FileSystem").value("ThroughputMode") == "elastic":
        gigabytes = searches * used.COLD_SHARE * index_gb(workload) / workload.tenants
        basis = f"a tenant's index in {used.COLD_SHARE:.0%} of {searches:,} searches"
        yield bill.line("running", "EFS", "elastic reads", gigabytes, "efs.elastic-read", basis)
    reads = searches * used.SEARCH_READS
    basis = f"{searches:,} × {used.SEARCH_READS} reads"
    yield bill.line("running", "DynamoDB", "reads of searches", reads, "dynamodb.read", basis)
    yield from _kept_warm(bill, workload)
    logged = searches * (used.FUNCTION_LOG_GB + used.ACCESS_LOG_GB)
    a_search = (used.FUNCTION_LOG_GB + used.ACCESS_LOG_GB) * 1e6
    basis = f"{searches:,} × {a_search:g} kB"
    yield bill.line("running", "CloudWatch", "logs of searches", logged, "logs.ingest", basis)
    yield bill.line("running", "CloudWatch", "logs kept", logged, "logs.storage", "for a month")
    if searches:
        metrics = len(used.SEARCH_METRICS)
        basis = ", ".join(used.SEARCH_METRICS)
        yield bill.line(
            "running", "CloudWatch", "metrics of searches", metrics, "metrics.custom", basis
        )
    if any(one.value("Tracing") == "Active" for one in inventory.of("AWS::Serverless::Function")):
        traced = min(searches, prices.hours * 3600 + 0.05 * searches)
        basis = "at most: the first in each second, and 5 % of the others"
        yield bill.line("running", "X-Ray", "traces", traced, "xray.trace", basis)
    answered = searches * used.ANSWER_GB
    basis = f"{searches:,} × {used.ANSWER_GB * 1e6:g} kB"
    if inventory.of("AWS::CloudFront::Distribution"):
        yield bill.line("running", "CloudFront", "requests", searches, "cloudfront.request", basis)
        yield bill.line("running", "CloudFront", "answers", answered, "cloudfront.transfer", basis)
    else:
        yield bill.line("running", "Data transfer", "answers", answered, "transfer.out", basis)
    users = max(0, workload.users * workload.active_tenants - 10_000) if searches else 0
    yield bill.line("running", "Cognito", "active users", users, "cognito.user", "beyond 10,000")


def _kept_warm(bill: Bill, workload: Workload) -> Iterator[Line]:
    """What an active tenant's files cost for having left the infrequent access class."""
    if not workload.searches:
        return
    share = min(workload.active_tenants, workload.tenants) / max(1, workload.tenants)
    touched = index_gb(workload) * share
    basis = f"index of {share:.0%} of the tenants"
    if workload.meaning_share:
        touched += vectors_gb(workload.text_gb) * share
        basis = f"index and vectors of {share:.0%} of the tenants"
    touched *= 1 - used.STANDARD_SHARE
    yield bill.line("running", "EFS", "standard, what is searched", touched, "efs.standard", basis)
    # Infrequent access was counted for all of it among the idle lines.
    what = "not in infrequent access meanwhile"
    yield bill.line("running", "EFS", what, -touched, "efs.infrequent", basis)
    what = "out of infrequent access, and back"
    basis = "each way once"
    yield bill.line("running", "EFS", what, touched * 2, "efs.infrequent-access", basis)


def _documents(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    count = workload.documents
    characters = workload.document_kilobytes * 1000 / used.BYTES_PER_CHARACTER
    passages = workload.document_kilobytes / 1000 * used.PASSAGES_PER_MB
    embedding = passages / used.PASSAGES_PER_SECOND
    analysing = characters / used.CHARACTERS_PER_SECOND
    for name, seconds in (
        ("Ingest", used.READING_SECONDS + used.STEP_SECONDS),
        ("Tokenize", analysing + embedding + used.STEP_SECONDS),
        ("Commit", used.STEP_SECONDS),
    ):
        memory = inventory.gigabytes(f"{name}Function")
        basis = f"{count:,} documents × {seconds:.2f} s × {memory:.3f} GB"
        quantity = count * seconds * memory
        yield bill.line("running", "Lambda", name.lower(), quantity, "lambda.gb-second", basis)
    each = f"{count:,} documents"
    for service, what, times, price in (
        ("Lambda", "calls of an ingest", used.INGEST_STEPS, "lambda.request"),
        ("Step Functions", "ingest, express", 1, "states.express-request"),
        ("EventBridge", "events of S3", 1, "events.from-aws"),
        ("API Gateway", "uploads", 1, "api.request"),
        ("S3", "uploads", 1, "s3.put"),
        ("S3", "reads", 2, "s3.get"),
        ("DynamoDB", "reads of documents", used.DOCUMENT_READS, "dynamodb.read"),
        ("DynamoDB", "writes of documents", used.DOCUMENT_WRITES, "dynamodb.write"),
        (
            "CloudWatch",
            "logs of documents",
            used.INGEST_STEPS * used.FUNCTION_LOG_GB,
            "logs.ingest",
        ),
    ):
        basis = f"{each} × {times:g}"
        yield bill.line("running", service, what, count * times, price, basis)
    quantity = count * used.WINDOW_SECONDS * used.EXPRESS_GB
    basis = f"{each} × {used.WINDOW_SECONDS:g} s × {used.EXPRESS_GB * 1024:g} MB"
    what = "ingest, duration"
    price = "states.express-gb-second"
    yield bill.line("running", "Step Functions", what, quantity, price, basis)
    new = workload.documents_gb
    fresh = new * used.INDEX_PER_TEXT + vectors_gb(new)
    basis = "a month until it is moved"
    yield bill.line("running", "EFS", "what came in", fresh, "efs.standard", basis)


def _trainings(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    task = inventory.named("TrainerTaskDefinition")
    vcpus = float(task.value("Cpu")) / 1024
    memory = float(task.value("Memory")) / 1024
    hours = training_hours(workload.megabytes, vcpus)
    count = workload.trainings
    basis = f"{count:,} × {hours:.2f} h × {vcpus:g} vCPU"
    quantity = count * hours * vcpus
    yield bill.line("running", "Fargate", "Spot, vCPU", quantity, "fargate.spot-vcpu", basis)
    basis = f"{count:,} × {hours:.2f} h × {memory:g} GB"
    quantity = count * hours * memory
    yield bill.line("running", "Fargate", "Spot, memory", quantity, "fargate.spot-memory", basis)
    basis = f"{count:,} × {hours:.2f} h"
    yield bill.line("running", "Fargate", "public IPv4", count * hours, "ipv4", basis)
    transitions = count * used.STARTED_TRAINING_TRANSITIONS
    basis = f"{count:,} × {used.STARTED_TRAINING_TRANSITIONS}"
    what = "train, started"
    yield bill.line("running", "Step Functions", what, transitions, "states.transition", basis)


def training_hours(megabytes: float, vcpus: float) -> float:
    """Return how long one training of a tenant takes, its container's start included."""
    passages = megabytes * used.PASSAGES_PER_MB
    pairs = min(used.PAIRS_A_TRAINING, passages)
    core_seconds = (
        pairs / used.PAIRS_PER_SECOND
        + used.MEASURING_CORE_SECONDS
        + passages / used.PASSAGES_PER_SECOND
    )
    return (core_seconds / vcpus + used.TRAINER_START_SECONDS) / 3600
