"""Guard: resource types that MiniStack doesn't know become placeholders.

One unknown type fails the whole template before anything is made. None of these does anything for a
laptop: budgets, backups, alarms over metric maths, rules of a network that isn't there. A
placeholder has an id and nothing behind it.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

from kotogura.local.guards.private_names import private, resource_handler

PLACEHOLDER_TYPES = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Backup::BackupSelection",
    "AWS::Budgets::Budget",
    "AWS::CE::AnomalyMonitor",
    "AWS::CE::AnomalySubscription",
    "AWS::CloudFront::MonitoringSubscription",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::EC2::FlowLog",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::Events::EventBusPolicy",
    "AWS::Logs::QueryDefinition",
    "AWS::StepFunctions::StateMachineAlias",
    "AWS::StepFunctions::StateMachineVersion",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::XRay::Group",
    "AWS::XRay::SamplingRule",
)


def install() -> None:
    """Register the placeholders, and let alarms over metric maths pass."""
    handlers = private(provisioners, "_RESOURCE_HANDLERS")
    for resource_type in PLACEHOLDER_TYPES:
        handlers.setdefault(
            resource_type, {"create": _create, "update": _update, "delete": _delete}
        )
    _let_metric_math_alarms_pass()


def _create(logical_id: str, _properties: Any, stack_name: str) -> tuple[str, dict[str, str]]:
    physical_id = f"{stack_name}-{logical_id}-placeholder"
    return physical_id, {"Arn": physical_id, "Id": physical_id}


def _update(physical_id: str, *_: Any) -> tuple[str, dict[str, str]]:
    return physical_id, {"Arn": physical_id, "Id": physical_id}


def _delete(*_: Any) -> None:
    pass


def _let_metric_math_alarms_pass() -> None:
    handler = resource_handler("AWS::CloudWatch::Alarm")
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_alarm(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        if properties.get("Metrics"):
            return _create(logical_id, properties, stack_name)
        return create(logical_id, properties, stack_name)

    def update_alarm(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], *names: str
    ) -> Any:
        if old.get("Metrics") or new.get("Metrics"):
            return _update(physical_id)
        return update(physical_id, old, new, *names)

    def delete_alarm(physical_id: str, properties: dict[str, Any], *names: str) -> Any:
        if properties.get("Metrics"):
            return None
        return delete(physical_id, properties, *names)

    handler.update(create=create_alarm, update=update_alarm, delete=delete_alarm)
