"""What may never be committed, and what must stay true of the project's files."""

import re
from pathlib import Path

import pytest
import yaml
from tree import files

ROOT = Path(__file__).resolve().parents[2]
LARGEST_BYTES, PICTURE_BYTES = 600_000, 150_000
WALKS = ROOT / "infra" / "walks"


def tracked() -> list[Path]:
    return [ROOT / name for name in files()]


FORBIDDEN = {
    # Written so that this file does not hold what it looks for.
    "a registry's address": re.compile(r"py[p]i\.org|python[h]osted|rep[o]1?\.maven|registry\.np[m]js"),
    "a machine's path": re.compile(r"(?:^|[^.\w])/(?:w[o]rk|r[o]ot|h[o]me)/\w", re.MULTILINE),
    "a private key": re.compile(r"BEGIN (?:EC |RSA )?PRIVATE KEY-----\n[A-Za-z0-9]"),
}


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_no_file_holds(what: str) -> None:
    files = tracked()
    assert len(files) > 100
    found = [
        str(path.relative_to(ROOT))
        for path in files
        if FORBIDDEN[what].search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


# The synthetic city is one by its purpose, a contract is of one, and redaction knows the towns of a country.
OF_A_CITY = ("calanque/twin/", "calanque/cli/twin.py", "calanque/privacy/", "dags/feeds/")
CITYLESS = ("dags/", "calanque/", "ml/", "dbt/", "expectations/marts/")


@pytest.mark.parametrize("place", CITYLESS)
def test_what_is_of_every_city_names_none(place: str) -> None:
    cities = {path.stem for path in (ROOT / "infra" / "territories").glob("*.yml")} | {"calgary", "portland"}
    names = cities | {city.split("_")[0] for city in cities}
    assert len(cities) >= 6
    told = {path.relative_to(ROOT).as_posix(): path for path in tracked() if path.suffix != ".md"}
    files = {name for name in told if name.startswith(place) and not name.startswith(OF_A_CITY)}
    assert len(files) > 5
    # Word by word: a name may be a part of another, such as of a table.
    words = {name: set(re.findall(r"[a-z]+", told[name].read_text(encoding="utf-8").lower())) for name in files}
    assert {name: found for name in files if (found := words[name] & names)} == {}


def test_no_binary_but_the_pictures_of_the_docs_and_no_large_file() -> None:
    pages = (ROOT / "README.md", *WALKS.glob("*.md"))
    shown = {
        name for page in pages for name in re.findall(r"(pictures/[^)]+\.webp)\)", page.read_text(encoding="utf-8"))
    }
    sizes = {path: path.stat().st_size for path in tracked() if path not in {WALKS / name for name in shown}}
    assert [path for path, size in sizes.items() if size > LARGEST_BYTES or b"\0" in path.read_bytes()] == []
    assert [name for name in shown if (WALKS / name).stat().st_size > PICTURE_BYTES] == []


def test_the_lock_is_pinned_by_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    packages = re.findall(
        r"^([a-z0-9][\w.-]*)==[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    assert len(packages) == len(re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)) > 200


def test_the_java_side_is_pinned_by_hash() -> None:
    pom = (ROOT / "infra/jars/pom.xml").read_text(encoding="utf-8")
    sums = (ROOT / "infra/jars/SHA256SUMS").read_text(encoding="utf-8").split()[1::2]
    artifacts = re.findall(r"<artifactItem>.*?<artifactId>(.*?)</artifactId>", pom)
    assert len(artifacts) == len(sums) == 12
    assert all(any(name.startswith(artifact) for name in sums) for artifact in artifacts)


def test_the_readme_says_the_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", readme)) <= targets
    for path in re.findall(r"^\| `([^`]+)` \|", readme, re.MULTILINE):
        assert (ROOT / path).exists(), path
    assert len(readme.splitlines()) <= 90


def test_the_readme_says_what_the_scheduler_runs() -> None:
    readme, dags = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "dags/README.md"))
    declared = set(re.findall(r"^\| `([^`]+)` \|", dags.partition("| DAG |")[2].partition("\n\n")[0], re.MULTILINE))
    assert len(declared) >= 9
    assert {name for name in declared if f"`{name}`" not in readme} == {"feed_<feed>"}


def test_a_test_that_a_page_names_is_there() -> None:
    pages = [path for path in tracked() if path.suffix == ".md"]
    named = {name for page in pages for name in re.findall(r"\btests/[\w/]+\.py\b", page.read_text(encoding="utf-8"))}
    assert len(named) > 10
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_every_level_of_the_tests_readme_is_run() -> None:
    """What is static first and on its own, then `make test`, and the rest by `make proof`."""
    readme, make, project = (
        (ROOT / name).read_text("utf-8") for name in ("tests/README.md", "Makefile", "pyproject.toml")
    )
    levels = sorted({path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")})
    assert sorted(re.findall(r"^\| `(tests/[a-z]+)/?` \|", readme, re.MULTILINE)) == levels
    assert len(levels) == 5
    beside = re.findall(r'"(tests/[a-z]+)"', re.findall(r"testpaths = \[(.*?)\]", project)[0])
    assert sorted([*beside, *re.findall(r"pytest (tests/[a-z]+)", make)]) == levels


def test_telemetry_is_off_everywhere() -> None:
    told = (ROOT / "calanque/stack/environments.py").read_text(encoding="utf-8")
    for switch in (
        '"MLFLOW_DISABLE_TELEMETRY": "true"',
        '"GX_ANALYTICS_ENABLED": "false"',
        '"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"',
    ):
        assert switch in told
    airflow = (ROOT / "infra/airflow/airflow.cfg.j2").read_text(encoding="utf-8")
    assert re.search(r"\[usage_data_collection\]\nenabled = False", airflow)
    dbt = yaml.safe_load((ROOT / "dbt/dbt_project.yml").read_text(encoding="utf-8"))
    assert dbt["flags"]["send_anonymous_usage_stats"] is False
