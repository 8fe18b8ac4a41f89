"""Airflow's database, pools, roles and the three personas' accounts; run as a process of its own."""

from calanque.settings import settings

# FAB's rule: a page shows only when the right to its parent is there too (Audit Logs need DAGs, Assets their aliases).
READ = (
    ("menu_access", "DAGs"), ("can_read", "DAGs"), ("can_read", "DAG Runs"), ("can_read", "Task Instances"),
    ("can_read", "Website"), ("can_read", "Plugins"), ("can_read", "View Menus"), ("menu_access", "View Menus"),
    ("can_read", "My Profile"), ("can_edit", "My Profile"), ("can_read", "My Password"), ("can_edit", "My Password"),
)  # fmt: skip
FOLLOW = (
    *READ, ("can_read", "Assets"), ("can_read", "Asset Aliases"), ("menu_access", "Assets"), ("can_read", "Task Logs"),
    ("can_read", "Audit Logs"), ("menu_access", "Audit Logs"), ("can_read", "DAG Code"), ("can_read", "DAG Versions"),
    ("menu_access", "Browse"),
)  # fmt: skip
ROLES = {"Analyst": READ, "DPO": FOLLOW}
ROLE_OF = {"engineer": "Admin", "analyst": "Analyst", "dpo": "DPO"}


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


def _add_accounts() -> None:
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    here = settings()
    with get_application_builder() as builder:
        manager = builder.sm
        manager.sync_roles()
        for role, rights in ROLES.items():
            manager.bulk_sync_roles([{"role": role, "perms": list(rights)}])
        for persona, role in ROLE_OF.items():
            if manager.find_user(persona) is None:
                manager.add_user(
                    username=persona,
                    first_name=persona.capitalize(),
                    last_name="(demo)",
                    email=f"{persona}@calanque.invalid",
                    role=manager.find_role(role),
                    password=here.secret(f"password_{persona}"),
                )


def _add_pools() -> None:
    from airflow.models.pool import Pool

    from calanque.stack.pools import pools

    for name, description in pools().items():
        Pool.create_or_update_pool(name=name, slots=1, description=description, include_deferred=False)


if __name__ == "__main__":
    main()
