"""The dbt models as assets downstream of the lake's assets, and their tests as asset checks."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    AssetsDefinition,
    AssetSpec,
    Failure,
    Output,
    ResourceParam,
)
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from ionq_data.warehouse import NodeResult
from pipelines.built_tables import BuiltTable, columns_and_parents, read_built_tables
from pipelines.dbt_events import as_dbt_event
from pipelines.resources import Library

GROUP = "warehouse"
POOL = "warehouse"

Event = Output[Any] | AssetMaterialization | AssetObservation | AssetCheckResult | AssetCheckEvaluation


class Translator(DagsterDbtTranslator):
    """Maps a dbt source to the lake's asset, and a model to an asset of the group ``warehouse``."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Return ``lake/<resource>`` for a source and ``warehouse/<model>`` for anything else."""
        name = dbt_resource_props["name"]
        return AssetKey(["lake" if dbt_resource_props["resource_type"] == "source" else GROUP, name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the group of every model."""
        return None if dbt_resource_props["resource_type"] == "source" else GROUP

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        """Return a test's check. It need not block: if a test fails, the step fails too, and nothing is published.

        For a check that blocks, Dagster would warn about each test whose result is not reported again.
        """
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(blocking=False)


def warehouse_assets(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """Return the assets of all models; one build makes them together."""
    translator = Translator()

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        name="warehouse",
        pool=POOL,
    )
    def _build(context: AssetExecutionContext, library: ResourceParam[Library]) -> Iterator[Event]:
        result = library.build(select=_selection(context, manifest))
        built = read_built_tables(result.file)
        for node in result.nodes:
            # The run has planned every check, and Dagster shows a planned check without a result as skipped.
            if node.is_reused and node.is_test and not library.in_ui:
                continue
            facts = manifest["nodes"][node.unique_id]
            with_lineage = library.in_ui and not node.is_reused
            columns = columns_and_parents(facts, manifest, built, with_lineage=with_lineage)
            message = DbtCoreCliEventMessage(as_dbt_event(node, context.run.run_id), columns)
            for event in message.to_default_asset_events(manifest, translator, context, target_path=result.compiled):
                yield _with_contents(event, node, built.get(facts["relation_name"]))
        if not result.passed:
            raise Failure(result.explain(), allow_retries=False)
        for node in result.warnings:
            context.log.warning("Test %s: %s", node.name, node.message)

    return _build


def _with_contents(event: Event, node: NodeResult, table: BuiltTable | None) -> Event:
    """Add the content of a table, and whether it was rebuilt or reused."""
    if not isinstance(event, Output) or table is None:
        return event
    metadata = {**event.metadata, "is_reused": node.is_reused, **table.metadata}
    return Output(None, output_name=event.output_name, metadata=metadata)


def mart_keys(manifest: Mapping[str, Any]) -> list[AssetKey]:
    """Return the keys of the published models: those of the schema ``main``."""
    nodes = manifest["nodes"].values()
    return [
        AssetKey([GROUP, node["name"]])
        for node in nodes
        if node["resource_type"] in {"model", "seed"} and node["schema"] == "main"
    ]


def _selection(context: AssetExecutionContext, manifest: Mapping[str, Any]) -> list[str]:
    """Return the models to build if a run is for only some of them; an empty list means all."""
    if not context.is_subset:
        return []
    if context.selected_asset_keys:
        return sorted(key.path[-1] for key in context.selected_asset_keys)
    tests = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    return sorted(key.name for key in context.selected_asset_check_keys if key.name in tests)
