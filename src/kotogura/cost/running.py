"""What searches, documents and trainings cost on top."""

from collections.abc import Iterator

from kotogura.cost import consumption as used
from kotogura.cost.inventory import Inventory
from kotogura.cost.lines import Bill, Line
from kotogura.cost.sizes import duration_price, index_gb, training_hours, vectors_gb
from kotogura.cost.workload import Workload
from kotogura.tenants.search_rate import LEASE_LIMIT


def running_lines(
    bill: Bill, inventory: Inventory, workload: Workload, hours: float
) -> Iterator[Line]:
    """Yield what is done in a month of so many hours."""
    yield from _searches(bill, inventory, workload, hours)
    yield from _documents(bill, inventory, workload, hours)
    yield from _trainings(bill, inventory, workload)


def _searches(bill: Bill, inventory: Inventory, workload: Workload, hours: float) -> Iterator[Line]:
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
        yield bill.line("running", "Lambda", what, quantity, duration_price(inventory), basis)
    start = used.START_SECONDS + used.INIT_SECONDS
    quantity = searches * used.COLD_SHARE * start * memory
    basis = f"{used.COLD_SHARE:.0%} of {searches:,} × {start:.2f} s × {memory:.3f} GB"
    yield bill.line(
        "running", "Lambda", "search, cold starts", quantity, duration_price(inventory), basis
    )
    if inventory.named("FileSystem").value("ThroughputMode") == "elastic":
        gigabytes = searches * used.COLD_SHARE * index_gb(workload) / workload.tenants
        basis = f"a tenant's index in {used.COLD_SHARE:.0%} of {searches:,} searches"
        yield bill.line("running", "EFS", "elastic reads", gigabytes, "efs.elastic-read", basis)
    reads = searches * used.SEARCH_READS
    basis = f"{searches:,} × {used.SEARCH_READS} reads"
    yield bill.line("running", "DynamoDB", "reads of searches", reads, "dynamodb.read", basis)
    leases = searches / LEASE_LIMIT
    basis = f"at most one for {LEASE_LIMIT} searches; none for a tenant that searches now and then"
    yield bill.line("running", "DynamoDB", "leases of searches", leases, "dynamodb.write", basis)
    yield from _kept_warm(bill, workload)
    a_search = used.SEARCH_LOG_GB + used.ACCESS_LOG_GB
    logged = searches * a_search
    basis = f"{searches:,} × {a_search * 1e6:g} kB"
    yield bill.line("running", "CloudWatch", "logs of searches", logged, "logs.ingest", basis)
    yield bill.line("running", "CloudWatch", "logs kept", logged, "logs.storage", "for a month")
    metrics = used.WORD_METRICS * bool(workload.word_searches)
    metrics += used.MEANING_METRICS * bool(workload.meaning_searches)
    basis = "SearchDuration by mode"
    what = "metrics of searches"
    yield bill.line("running", "CloudWatch", what, metrics, "metrics.custom", basis)
    yield from _counted_usage(bill, workload, hours)
    if any(one.value("Tracing") == "Active" for one in inventory.of("AWS::Serverless::Function")):
        traced = min(searches, hours * 3600 + 0.05 * searches)
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


def _counted_usage(bill: Bill, workload: Workload, hours: float) -> Iterator[Line]:
    """What it costs to count by the hour whose searches there were, at most."""
    if not workload.searches:
        return
    writes = min(workload.searches, workload.active_tenants * hours)
    basis = f"at most {workload.active_tenants} tenants × {hours:,.0f} hours"
    what = "writes of usage"
    yield bill.line("running", "DynamoDB", what, writes, "dynamodb.write", basis)


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


def _documents(
    bill: Bill, inventory: Inventory, workload: Workload, hours: float
) -> Iterator[Line]:
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
        yield bill.line(
            "running", "Lambda", name.lower(), quantity, duration_price(inventory), basis
        )
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
            used.INGEST_STEPS * used.STEP_LOG_GB,
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
    metrics = used.INGEST_METRICS * min(1.0, count / hours)
    basis = f"{used.INGEST_METRICS} metrics, in the hours in which documents come"
    what = "metrics of documents"
    yield bill.line("running", "CloudWatch", what, metrics, "metrics.custom", basis)
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
