"""Airflow's database, pools, roles and the personas' accounts; run as a process of its own."""

from typing import Any

from calanque.settings import settings

Right = tuple[str, str]

OWN = (
    ("can_read", "Website"),
    ("can_read", "My Profile"), ("can_edit", "My Profile"), ("can_read", "My Password"), ("can_edit", "My Password"),
)  # fmt: skip
# FAB's rule: a page shows only when the right to its parent is there too (Audit Logs need DAGs, Assets their aliases).
# The list of DAGs asks for HITL details, graphs ask for dependencies, the header of a DAG for warnings.
READ = (
    ("menu_access", "DAGs"), ("can_read", "DAGs"), ("can_read", "DAG Runs"), ("can_read", "Task Instances"),
    ("can_read", "HITL Detail"), ("can_read", "DAG Dependencies"), ("can_read", "DAG Warnings"),
    ("can_read", "DAG Code"), ("can_read", "DAG Versions"), ("can_read", "Backfills"), ("can_read", "ImportError"),
    ("can_read", "Assets"), ("can_read", "Asset Aliases"), ("menu_access", "Assets"),
    ("can_read", "Plugins"), *OWN,
)  # fmt: skip
AUDIT = (("can_read", "Audit Logs"), ("menu_access", "Audit Logs"), ("menu_access", "Browse"))
FOLLOW = (*READ, *AUDIT, ("can_read", "Task Logs"), ("can_read", "XComs"))
# Of our own: the rows of marts, on every page and by the API.
MARTS = ("can_read", "Marts")
# Of these, what anybody elected may read: one page, and none of Airflow's.
FIGURES = ("can_read", "Published Figures")
# The page that says who did what.
JOURNAL = ("can_read", "Journal")
# And the one on which somebody decides of planned events that can not go together.
CONFLICTS = ("can_edit", "Conflicts")
ROLE_OF = {"engineer": "Engineer", "analyst": "Analyst", "dpo": "DPO", "elected": "Elected"}
# What Airflow's own role of an operator has and ours has not: the page of the configuration is closed to all.
NOT_OPERATED = frozenset({"Configurations"})


def main() -> None:
    """Migrate the database, then add what is missing; changes nothing the second time."""
    from airflow.utils import db

    if _needs_migration():
        db.upgradedb()
    _add_accounts()
    _add_pools()


def _needs_migration() -> bool:
    from airflow.utils import db

    try:
        db.check_migrations(timeout=1)  # type: ignore[no-untyped-call]
    except TimeoutError:
        return True
    return False


def _roles(manager: Any) -> dict[str, frozenset[Right]]:
    """Return each role's rights: the engineer operates and reads the audit log, but manages no account."""
    operator = next(role["perms"] for role in manager.ROLE_CONFIGS if role["role"] == "Op")
    engineer = {right for right in operator if right[1] not in NOT_OPERATED}
    return {
        "Engineer": frozenset({*engineer, *FOLLOW, FIGURES, MARTS, CONFLICTS}),
        "Analyst": frozenset({*READ, FIGURES, MARTS, CONFLICTS}),
        "DPO": frozenset({*FOLLOW, FIGURES, JOURNAL}),
        "Elected": frozenset({*OWN, FIGURES}),
    }


def _add_accounts() -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager = builder.sm
        manager.sync_roles()
        for role, rights in _roles(manager).items():
            _sync_role(manager, role, rights)
        for persona, role in ROLE_OF.items():
            _sync_account(manager, persona, manager.find_role(role))


def _sync_role(manager: Any, name: str, rights: frozenset[Right]) -> None:
    """Give a role these rights and no other: one that an earlier version gave is taken back."""
    manager.bulk_sync_roles([{"role": name, "perms": sorted(rights)}])
    role = manager.find_role(name)
    for permission in list(role.permissions):
        if (permission.action.name, permission.resource.name) not in rights:
            manager.remove_permission_from_role(role, permission)


def _sync_account(manager: Any, persona: str, role: Any) -> None:
    account = manager.find_user(persona)
    if account is None:
        manager.add_user(
            username=persona,
            first_name=persona.capitalize(),
            last_name="(demo)",
            email=f"{persona}@calanque.invalid",
            role=role,
            password=settings().secret(f"password_{persona}"),
        )
    elif account.roles != [role]:
        account.roles = [role]
        manager.update_user(account)


def _add_pools() -> None:
    from airflow.models.pool import Pool

    from calanque.stack.pools import pools

    for name, description in pools().items():
        Pool.create_or_update_pool(name=name, slots=1, description=description, include_deferred=False)


if __name__ == "__main__":
    main()
