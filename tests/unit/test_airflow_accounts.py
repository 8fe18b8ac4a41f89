"""Roles of an installation that an earlier version made: its accounts and rights become those of this one."""

from types import SimpleNamespace

import pytest

from calanque.stack.airflow_accounts import (
    CONFLICTS,
    FIGURES,
    JOURNAL,
    MARTS,
    ROLE_OF,
    _roles,
    _sync_account,
    _sync_role,
)


class Manager:
    """The few calls of FAB's security manager, in memory."""

    def __init__(self) -> None:
        from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

        self.ROLE_CONFIGS = FabAirflowSecurityManagerOverride.ROLE_CONFIGS
        self.roles = {name: SimpleNamespace(name=name, permissions=[]) for name in ("Admin", "Engineer", "DPO")}
        self.accounts = {"engineer": SimpleNamespace(roles=[self.roles["Admin"]])}

    def bulk_sync_roles(self, roles: list[dict]) -> None:
        for role in roles:
            held = self.rights(role["role"])
            self.roles[role["role"]].permissions += [permission(*right) for right in role["perms"] if right not in held]

    def find_role(self, name: str) -> SimpleNamespace:
        return self.roles[name]

    def find_user(self, name: str) -> SimpleNamespace | None:
        return self.accounts.get(name)

    def add_user(self, **facts: object) -> None:
        raise AssertionError("an account that exists is not made again")

    def update_user(self, account: SimpleNamespace) -> None:
        account.is_stored = True

    def remove_permission_from_role(self, role: SimpleNamespace, one: SimpleNamespace) -> None:
        role.permissions.remove(one)

    def rights(self, role: str) -> set[tuple[str, str]]:
        return {(one.action.name, one.resource.name) for one in self.roles[role].permissions}


def permission(action: str, resource: str) -> SimpleNamespace:
    return SimpleNamespace(action=SimpleNamespace(name=action), resource=SimpleNamespace(name=resource))


@pytest.fixture
def manager() -> Manager:
    return Manager()


def test_an_account_that_exists_gets_its_role(manager: Manager) -> None:
    _sync_account(manager, "engineer", manager.find_role(ROLE_OF["engineer"]))
    account = manager.accounts["engineer"]
    assert [role.name for role in account.roles] == ["Engineer"]
    assert account.is_stored


def test_a_right_that_a_role_no_longer_has_is_taken_back(manager: Manager) -> None:
    manager.roles["DPO"].permissions.append(permission("can_read", "View Menus"))
    _sync_role(manager, "DPO", frozenset({("can_read", "DAGs")}))
    assert manager.rights("DPO") == {("can_read", "DAGs")}


def test_rows_of_marts_are_a_right_of_its_own(manager: Manager) -> None:
    """Airflow's own roles have none: an account with one of them opens no page of ours."""
    assert {role for role, rights in _roles(manager).items() if MARTS in rights} == {"Engineer", "Analyst"}
    of_airflow = {right for role in manager.ROLE_CONFIGS for right in role["perms"]}
    assert not {FIGURES, MARTS, CONFLICTS, JOURNAL} & of_airflow


def test_who_is_elected_has_one_page_and_nothing_of_airflow(manager: Manager) -> None:
    rights = _roles(manager)["Elected"]
    assert {resource for _, resource in rights} == {"Published Figures", "Website", "My Profile", "My Password"}
    assert {role for role, held in _roles(manager).items() if FIGURES in held} == set(_roles(manager))


def test_no_role_manages_accounts(manager: Manager) -> None:
    of_accounts = {"Users", "Roles", "Passwords", "List Users", "List Roles", "Permissions", "View Menus", "Resources"}
    for role, rights in _roles(manager).items():
        assert rights, role
        assert not of_accounts & {resource for _, resource in rights}, role
