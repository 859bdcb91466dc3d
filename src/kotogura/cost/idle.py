"""What a month costs in which nobody does anything."""

from collections.abc import Iterator

from kotogura.cost import consumption as used
from kotogura.cost.inventory import Inventory
from kotogura.cost.lines import Bill, Line
from kotogura.cost.sizes import duration_price, index_gb, vectors_gb
from kotogura.cost.workload import Workload


def idle_lines(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    """Yield what is kept, what runs by schedule, and what watches."""
    yield from _storage(bill, inventory, workload)
    yield from _schedules(bill, inventory, workload)
    yield from _monitoring(bill, inventory)


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
    basis = "compressed, one of each, layers that functions share once"
    yield bill.line("idle", "ECR", "images", images, "ecr.storage", basis)
    keys = len(inventory.of("AWS::KMS::Key"))
    yield bill.line("idle", "KMS", "keys", keys, "kms.key", "in the template")


def _is_backed_up(inventory: Inventory) -> bool:
    policy = inventory.named("FileSystem").properties.get("BackupPolicy", {})
    return policy.get("Status") == "ENABLED" or bool(inventory.of("AWS::Backup::BackupPlan"))


def _images_gb(inventory: Inventory) -> float:
    functions = inventory.of("AWS::Serverless::Function")
    has_images = any(one.value("PackageType") == "Image" for one in functions)
    trainers = len(inventory.of("AWS::ECS::TaskDefinition"))
    return has_images * used.FUNCTION_IMAGES_GB + trainers * used.TRAINER_IMAGE_GB


def _schedules(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    runs = inventory.runs_a_month("CompactStateMachine")
    calls = runs * workload.tenants
    seconds = used.COMPACTION_SECONDS * inventory.gigabytes("CompactFunction")
    basis = f"{runs:.1f} nights × {workload.tenants} tenants"
    yield bill.line("idle", "Lambda", "compaction, calls", calls, "lambda.request", basis)
    what = "compaction, nothing to merge"
    basis = f"{calls:,.0f} calls × {seconds:.2f} GB-seconds"
    yield bill.line("idle", "Lambda", what, calls * seconds, duration_price(inventory), basis)
    # Tenants are trained weekly unless they say otherwise; a daily run finds none of them.
    for machine, cadence, (fixed, each) in (
        ("Compact", "", used.COMPACTION_TRANSITIONS),
        ("Reconcile", "", used.RECONCILIATION_TRANSITIONS),
        ("Train", "weekly", used.TRAINING_TRANSITIONS),
    ):
        every = inventory.runs_a_month(f"{machine}StateMachine")
        full = inventory.runs_a_month(f"{machine}StateMachine", cadence)
        count = every * fixed + full * each * workload.tenants
        what = f"{machine.lower()}, scheduled"
        basis = f"{every:.1f} runs × {fixed} + {full:.1f} × {workload.tenants} tenants × {each}"
        yield bill.line("idle", "Step Functions", what, count, "states.transition", basis)
    logged = calls * used.STEP_LOG_GB
    basis = f"{calls:,.0f} calls × {used.STEP_LOG_GB * 1e6:g} kB"
    yield bill.line("idle", "CloudWatch", "logs of compaction", logged, "logs.ingest", basis)
    yield from _reconciling(bill, inventory, workload)
    yield from _counting(bill, inventory, workload)


def _reconciling(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    """What comparing the bucket with the ledger costs where both agree."""
    runs = inventory.runs_a_month("ReconcileStateMachine")
    calls = runs * workload.tenants
    gigabytes = calls * used.RECONCILING_SECONDS * inventory.gigabytes("ReconcileFunction")
    basis = f"{runs:.1f} nights × {workload.tenants} tenants × {used.RECONCILING_SECONDS:g} s"
    yield bill.line("idle", "Lambda", "reconciliation", gigabytes, duration_price(inventory), basis)
    yield bill.line("idle", "Lambda", "reconciliation, calls", calls, "lambda.request", basis)
    documents = runs * workload.stored_documents
    basis = f"{runs:.1f} nights × {workload.stored_documents:,.0f} documents"
    lists = calls + documents / used.LISTED_AT_ONCE
    yield bill.line("idle", "S3", "reconciliation, lists", lists, "s3.put", basis)
    reads = calls + documents / used.ITEMS_A_READ
    yield bill.line("idle", "DynamoDB", "reconciliation, reads", reads, "dynamodb.read", basis)


def _counting(bill: Bill, inventory: Inventory, workload: Workload) -> Iterator[Line]:
    """What counting the tenants' usage costs where there is nothing to count."""
    runs = inventory.runs_a_month("UsageFunction")
    days = runs / 24
    gigabytes = runs * used.COUNTING_SECONDS * inventory.gigabytes("UsageFunction")
    basis = f"{runs:,.0f} runs × {used.COUNTING_SECONDS:g} s"
    price = duration_price(inventory)
    yield bill.line("idle", "Lambda", "counting of usage", gigabytes, price, basis)
    yield bill.line("idle", "Lambda", "counting, calls", runs, "lambda.request", "by the hour")
    writes = runs + days * workload.tenants
    basis = f"{runs:,.0f} + {days:.1f} days × {workload.tenants} tenants"
    yield bill.line("idle", "DynamoDB", "counting, writes", writes, "dynamodb.write", basis)


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
