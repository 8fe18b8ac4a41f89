"""DAG files are asked for when something they are made from has changed, and are left alone otherwise."""

import re
from pathlib import Path

import pytest

from calanque.engines import airflow_bundle
from calanque.engines.airflow_bundle import ASKED_AT, WatchedDags
from calanque.settings import settings

CFG = settings().root / "infra" / "airflow" / "airflow.cfg.j2"
STALE_AFTER_S = 50
"""Airflow's default."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The times at which the files were asked for; `tmp_path` is the installation."""
    asked: list[str] = []
    (tmp_path / "dags" / "feeds").mkdir(parents=True)
    (tmp_path / "infra" / "territories").mkdir(parents=True)
    monkeypatch.setattr(airflow_bundle, "settings", lambda: type("Here", (), {"root": tmp_path}))
    monkeypatch.setattr(WatchedDags, "_ask", lambda self: asked.append(self.name))
    return asked


@pytest.mark.parametrize("name", ["dags/feeds/noise.odcs.yaml", "infra/territories/hobart.yml"])
def test_a_new_changed_or_removed_file_asks_for_the_dags(asked: list[str], tmp_path: Path, name: str) -> None:
    bundle = WatchedDags(name="dags-folder", path=str(tmp_path / "dags"))
    for _ in range(3):
        bundle.refresh()
    assert asked == []
    for change in (lambda path: path.write_text("one"), lambda path: path.write_text("two"), Path.unlink):
        asked.clear()
        change(tmp_path / name)
        for _ in range(max(ASKED_AT) + 3):
            bundle.refresh()
        assert len(asked) == len(ASKED_AT)


def seconds(option: str) -> int:
    """Return what an option of Airflow's configuration is set to."""
    (found,) = re.findall(rf"^{option} = (\d+)$", CFG.read_text(encoding="utf-8"), re.MULTILINE)
    return int(found)


def test_a_dag_whose_contract_is_gone_goes_with_the_last_reading() -> None:
    """Airflow lets go of it once its file was read so many seconds after the DAG was last made."""
    assert "stale_dag_threshold" not in CFG.read_text(encoding="utf-8")
    assert max(ASKED_AT) * seconds("refresh_interval") > STALE_AFTER_S + 10


# What Airflow's own limits did on a busy machine, and what ours must lie above: seconds, or another option.
PATIENT = {
    # A file was not read beside a demo, and the runs of its DAGs did not end.
    "dagbag_import_timeout": (120, "dag_file_processor_timeout"),
    # It took its own tasks for orphans and began them anew, while they ran: their rows were locked for as long,
    "scheduler_health_check_threshold": (201, None),
    "task_instance_heartbeat_timeout": (201, None),
    # and each question that was given up after 5 seconds was asked again.
    "execution_api_timeout": (60, "task_instance_heartbeat_timeout"),
    # Of a city's feeds some wait for the others, and ten minutes are less than that takes at times.
    "task_queued_timeout": (3601, None),
}


@pytest.mark.parametrize("option", PATIENT)
def test_what_is_slow_on_a_busy_machine_is_not_taken_for_dead(option: str) -> None:
    least, below = PATIENT[option]
    assert seconds(option) >= least
    assert not below or seconds(option) < seconds(below)
