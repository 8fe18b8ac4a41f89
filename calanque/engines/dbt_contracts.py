"""What the models of a dbt build say of themselves, and whether what was made of them is that."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from calanque.engines.delta import Commit
from calanque.errors import CalanqueError

_DELTA_TYPES = {"int": "integer", "bigint": "long"}


class Described(NamedTuple):
    """What a model holds, and each of its columns."""

    text: str
    columns: Mapping[str, str]


def check_contracts(manifest: Mapping[str, Any], made: Mapping[str, Commit]) -> None:
    """Compare the tables that were made with their contracts: dbt would ask the engine twice for each before it.

    Args:
        manifest: dbt's `manifest.json`.
        made: by table (tier.name), the commit that made it.

    Raises:
        CalanqueError: naming the columns that are other than in the contract.
    """
    wrong = []
    for table, node in ((f"{node['schema']}.{node['alias']}", node) for node in manifest["nodes"].values()):
        if table in made and node["config"]["contract"]["enforced"]:
            types = {name: spec["data_type"] for name, spec in node["columns"].items()}
            said = {name: _DELTA_TYPES.get(kind, kind) for name, kind in types.items()}
            found = made[table].columns
            names = [name for name in {**said, **found} if said.get(name) != found.get(name)]
            wrong += [f"{name} of {table} is {found.get(name)}, not {said.get(name)}" for name in names]
    if wrong:
        raise CalanqueError(f"What dbt made is not what contracts of models say: {'; '.join(wrong)}.")


def descriptions(manifest: Mapping[str, Any]) -> dict[str, Described]:
    """Return what each model of dbt's `manifest.json` says of itself, by its name."""
    return {
        node["name"]: Described(
            node["description"].strip(), {name: spec["description"].strip() for name, spec in node["columns"].items()}
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
