"""What the same month costs elsewhere, each peer in the form that is cheapest for it.

None of them extracts documents, reads Japanese readings, embeds or trains; a peer's figure is for
search alone, and OpenSearch's without vectors.
"""

from dataclasses import dataclass

from kotogura.cost import consumption as used
from kotogura.cost.lines import Bill, Line
from kotogura.cost.prices import PriceTable
from kotogura.cost.sizes import vectors_gb
from kotogura.cost.workload import Workload


@dataclass(frozen=True)
class Peer:
    """Another way to search, or to serve a model.

    Attributes:
        least: US dollars that a month costs at least, whatever is used.
    """

    name: str
    lines: list[Line]
    note: str
    least: float = 0.0


def peers(workload: Workload, prices: PriceTable) -> list[Peer]:
    """Return the peers for this workload."""
    bill = Bill(prices)
    return [
        _classic(bill, workload, prices),
        _next_generation(bill, workload),
        _cluster(bill, workload, prices),
        _turbopuffer(bill, workload, prices),
        _endpoint(bill, prices),
    ]


def _lucene_gb(workload: Workload) -> float:
    return workload.text_gb * used.PEER_INDEX_PER_TEXT


def _classic(bill: Bill, workload: Workload, prices: PriceTable) -> Peer:
    name = "OpenSearch Serverless, Classic"
    hours = used.OCU_MINIMUM * prices.hours
    basis = f"{used.OCU_MINIMUM:g} OCU × {prices.hours:g} h"
    gigabytes = _lucene_gb(workload)
    lines = [
        bill.line("idle", name, "compute units", hours, "opensearch.ocu", basis),
        bill.line("idle", name, "storage", gigabytes, "opensearch.storage", "index and source"),
    ]
    return Peer(name, lines, "The least with redundancy; a vector collection has its own units.")


def _next_generation(bill: Bill, workload: Workload) -> Peer:
    name = "OpenSearch Serverless, NextGen"
    awake = workload.active_hours if workload.searches else 0.0
    hours = used.OCU_AWAKE * awake
    basis = f"{used.OCU_AWAKE:g} OCU × {awake:g} h in which anybody searches"
    gigabytes = _lucene_gb(workload)
    lines = [
        bill.line("idle", name, "storage", gigabytes, "opensearch.storage", "index and source"),
        bill.line("running", name, "compute units", hours, "opensearch.ocu-next", basis),
    ]
    note = "Sleeps after ten minutes without a request; its price per unit is taken from Classic."
    return Peer(name, lines, note)


def _cluster(bill: Bill, workload: Workload, prices: PriceTable) -> Peer:
    name = "OpenSearch, smallest cluster over three zones"
    nodes = used.CLUSTER_NODES
    disk = max(10.0 * nodes, _lucene_gb(workload) * 2 * used.DISK_HEADROOM)
    basis = f"{nodes} nodes × {prices.hours:g} h"
    lines = [
        bill.line("idle", name, "t3.small", nodes * prices.hours, "opensearch.t3-small", basis),
        bill.line("idle", name, "disks", disk, "opensearch.gp3", "primary, replica, headroom"),
    ]
    return Peer(name, lines, "T3 is not meant for production; vectors of this size don't fit.")


def _turbopuffer(bill: Bill, workload: Workload, prices: PriceTable) -> Peer:
    name = "turbopuffer, Launch plan"
    stored = workload.text_gb + vectors_gb(workload.text_gb)
    written = workload.documents_gb * (1 + 4 * vectors_gb(1.0))
    lines = [
        bill.line("idle", name, "storage", stored, "turbopuffer.storage", "text and i8 vectors"),
        bill.line("running", name, "writes", written, "turbopuffer.write", "4 bytes an element"),
        bill.line(
            "running",
            name,
            "queries",
            workload.searches * used.QUERY_GB,
            "turbopuffer.query",
            f"{workload.searches:,} × {used.QUERY_GB:g} GB",
        ),
        bill.line(
            "running",
            name,
            "answers",
            workload.searches * used.ANSWER_GB,
            "turbopuffer.returned",
            f"{workload.searches:,} × {used.ANSWER_GB * 1e6:g} kB",
        ),
    ]
    least = prices["turbopuffer.minimum"].usd
    return Peer(name, lines, f"The bill is {least:g} USD or the usage, whichever is more.", least)


def _endpoint(bill: Bill, prices: PriceTable) -> Peer:
    name = "SageMaker real-time endpoint"
    hours = used.ENDPOINT_INSTANCES * prices.hours
    basis = f"{used.ENDPOINT_INSTANCES} instances × {prices.hours:g} h"
    lines = [bill.line("idle", name, "ml.m5.large", hours, "sagemaker.m5-large", basis)]
    return Peer(name, lines, "Embeds queries and no more; one model, not one of each tenant.")
