"""What a stranger may not do: a web page in the engineer's browser, a caller without an account or a key."""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import browsing
import httpx
import psutil
import pytest
from cryptography import x509
from waiting import HUNG_S

from calanque.engines import spark, tracking
from calanque.engines.hdfs import lake
from calanque.settings import Settings
from calanque.stack.status import status

SECRET = "a made-up raw line\n"
STRANGER = "stranger.invalid"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", f"--host-resolver-rules=MAP {STRANGER} 127.0.0.1"),
    # Chromium's own guard of the local network; other browsers have none.
    "--disable-features=LocalNetworkAccessChecks",
)

Visit = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for which the stranger's name points here."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsing.chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visit(chromium: Any) -> Visit:
    """A page of the stranger's: given an address that the page pretends to be at and a script, what the script gets."""

    def open_page(address: str, script: str) -> Any:
        page = chromium.new_page()
        page.route(address, lambda route: route.fulfill(body="<p>hello</p>", content_type="text/html"))
        page.goto(address)
        try:
            return page.evaluate(script)
        finally:
            page.close()

    return open_page


@pytest.fixture
def raw_file(stack: Settings) -> Iterator[str]:
    """A file in landing, as a partner's would lie there."""
    path = "/lake/landing/test_doors/raw.csv"
    lake().write(path, SECRET, overwrite=True)
    yield path
    lake().delete("/lake/landing/test_doors")


FORM = """async url => {
  const form = document.createElement('form'), frame = document.createElement('iframe');
  frame.name = 'f'; form.target = 'f'; form.method = 'post'; form.action = url;
  document.body.append(frame, form); form.submit();
  await new Promise(done => { frame.onload = done; setTimeout(done, 4000) });
}"""
ASK = "async url => {try {const a = await fetch(url%s); return [a.status, await a.text()]} catch {return [0, '']}}"
READ, WRITE, OWN_AGENT = (
    ASK % more for more in ("", ", {method: 'PUT', body: 'theirs'}", ", {headers: {'User-Agent': 'curl/8'}}")
)


def addressed(script: str, url: str) -> str:
    return f"({script})({url!r})"


def webhdfs(stack: Settings, port: int, path: str, operation: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{port}/webhdfs/v1{path}?op={operation}&user.name=lake&namenoderpcaddress={rpc(stack)}"


def rpc(stack: Settings) -> str:
    return stack.address("namenode_rpc")


def ports(stack: Settings) -> dict[str, int]:
    return {"namenode": stack.port("namenode_http"), "datanode": stack.port("datanode_http")}


@pytest.mark.parametrize("daemon", ["namenode", "datanode"])
@pytest.mark.parametrize("script", [READ, OWN_AGENT], ids=["fetch", "chosen-agent"])
def test_a_web_page_reads_no_raw_file(stack: Settings, visit: Visit, raw_file: str, daemon: str, script: str) -> None:
    url = webhdfs(stack, ports(stack)[daemon], raw_file, "OPEN&offset=0")
    status, text = visit(f"http://{STRANGER}/", addressed(script, url))
    assert SECRET not in text
    assert status in {0, 400}


@pytest.mark.parametrize("daemon", ["namenode", "datanode"])
@pytest.mark.parametrize("script", [READ, OWN_AGENT], ids=["fetch", "chosen-agent"])
def test_a_name_made_to_point_here_reads_nothing(
    stack: Settings, visit: Visit, raw_file: str, daemon: str, script: str
) -> None:
    port = ports(stack)[daemon]
    for path in ("/jmx", "/conf", "/fsck?path=/", "/stacks", "/imagetransfer?getimage=1&txid=latest"):
        status, _ = visit(f"http://{STRANGER}:{port}/page", addressed(script, path))
        assert status in {400, 404}, path
    url = webhdfs(stack, port, raw_file, "OPEN&offset=0", STRANGER)
    status, text = visit(f"http://{STRANGER}:{port}/page", addressed(script, url))
    assert SECRET not in text
    assert status in {400, 404}


@pytest.mark.parametrize("operation", ["TRUNCATE&newlength=0", "APPEND", "CONCAT&sources=/lake"])
@pytest.mark.parametrize("daemon", ["namenode", "datanode"])
def test_a_form_on_a_web_page_cuts_no_file(
    stack: Settings, visit: Visit, raw_file: str, daemon: str, operation: str
) -> None:
    visit(f"http://{STRANGER}/", addressed(FORM, webhdfs(stack, ports(stack)[daemon], raw_file, operation)))
    assert lake().read(raw_file).decode() == SECRET


@pytest.mark.parametrize("daemon", ["namenode", "datanode"])
def test_a_web_page_writes_no_file(stack: Settings, visit: Visit, raw_file: str, daemon: str) -> None:
    theirs = raw_file.replace("raw.csv", "theirs.csv")
    url = webhdfs(stack, ports(stack)[daemon], theirs, "CREATE&overwrite=true")
    status, _ = visit(f"http://{STRANGER}/", addressed(WRITE, url))
    assert status in {0, 400}
    assert lake().list("/lake/landing/test_doors") == ["raw.csv"]


@pytest.mark.parametrize("daemon", ["namenode", "datanode"])
def test_webhdfs_answers_nobody_without_its_header(stack: Settings, raw_file: str, daemon: str) -> None:
    url = webhdfs(stack, ports(stack)[daemon], raw_file, "OPEN&offset=0")
    assert httpx.get(url).status_code == 400
    answer = httpx.get(url, headers={stack.secret("webhdfs_header"): "1"}, follow_redirects=True)
    assert answer.text == SECRET


def account(stack: Settings, name: str) -> tuple[str, str]:
    return name, stack.secret(f"password_{name}")


ALIAS = "/api/2.0/mlflow/registered-models/alias"
PEOPLE = ("engineer", "dpo", "analyst")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("POST", "/api/2.0/mlflow/experiments/create", {"name": "theirs"}, id="experiment"),
        pytest.param("POST", "/ajax-api/2.0/mlflow/experiments/create", {"name": "theirs"}, id="experiment-by-page"),
        pytest.param("POST", "/api/2.0/mlflow/runs/create", {"experiment_id": "0"}, id="run"),
        pytest.param("POST", "/api/2.0/mlflow/registered-models/create", {"name": "theirs"}, id="model"),
        pytest.param("POST", ALIAS, {"name": "risk-toronto", "alias": "champion", "version": "1"}, id="champion"),
        pytest.param("DELETE", f"{ALIAS}?name=risk-toronto&alias=champion", None, id="retire"),
        pytest.param("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/a", {"a": 1}, id="file"),
        pytest.param("POST", "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=x&path=a", {"a": 1}, id="upload"),
        pytest.param("POST", "/api/2.0/mlflow/users/create", {"username": "me", "password": "x" * 12}, id="account"),
        pytest.param("POST", "/ajax-api/3.0/mlflow/assistant/message", {"message": "hello"}, id="assistant"),
        pytest.param("POST", "/gateway/mlflow/v1/chat/completions", {"model": "x"}, id="gateway"),
        pytest.param("POST", "/ajax-api/3.0/jobs/", {"job_name": "x"}, id="job"),
        pytest.param("POST", "/api/2.0/mlflow/webhooks", {"name": "x", "url": "http://127.0.0.1"}, id="webhook"),
    ],
)
def test_people_write_nothing_in_mlflow(stack: Settings, method: str, path: str, body: Any) -> None:
    for name in (None, *PEOPLE):
        login = account(stack, name) if name else None
        answer = httpx.request(method, f"{stack.mlflow_uri}{path}", json=body, auth=login)
        assert answer.status_code in ({403} if name else {401, 403}), (name, answer.text)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/", id="pages"),
        pytest.param("/api/2.0/mlflow/experiments/search?max_results=1", id="experiments"),
        pytest.param("/api/2.0/mlflow/registered-models/search", id="models"),
        pytest.param("/api/2.0/mlflow-artifacts/artifacts?path=", id="files"),
        pytest.param("/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=x&metric_key=y", id="metrics"),
    ],
)
def test_mlflow_asks_who_reads(stack: Settings, path: str) -> None:
    url = f"{stack.mlflow_uri}{path}"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, auth=("engineer", "wrong")).status_code == 401
    for name in PEOPLE:
        assert httpx.get(url, auth=account(stack, name)).status_code in {200, 404}, name


@pytest.mark.parametrize("field", ["artifact_location", "artifactLocation"])
@pytest.mark.parametrize("place", ["file:///tmp/theirs", "/tmp/theirs", "mlflow-artifacts:/../x", "s3://theirs"])
def test_no_account_says_where_files_lie(stack: Settings, field: str, place: str) -> None:
    url = f"{stack.mlflow_uri}/api/2.0/mlflow/experiments/create"
    body = {"name": f"test_doors {field} {place}", field: place}
    answer = httpx.post(url, auth=account(stack, "training"), json=body)
    assert answer.status_code == 400
    assert "may not say where" in answer.text


# Ways out of a folder, as a server may decode them.
WAYS_OUT = (
    "%2e%2e/" * 8 + "etc/passwd",
    "..%2f" * 8 + "etc%2fpasswd",
    "..%252f" * 8 + "etc%252fpasswd",
    "..%5c" * 8 + "etc%5cpasswd",
    "%2fetc%2fpasswd",
    "file:%2f%2f%2fetc%2fpasswd",
)
READS = (
    "/api/2.0/mlflow-artifacts/artifacts/{way}",
    "/api/2.0/mlflow-artifacts/artifacts?path={way}",
    "/get-artifact?run_uuid={run}&path={way}",
    "/ajax-api/2.0/mlflow/artifacts/list?run_id={run}&path={way}",
    "/model-versions/get-artifact?name=risk-test-files&version=1&path={way}",
)


@pytest.fixture(scope="module")
def own_run(stack: Settings) -> str:
    """A run with a file and a registered version."""
    record = tracking.RunRecord(
        "test_doors", "files", "risk-test-files", "{}", {}, {"m": 1.0}, {}, texts={"card.md": "hello"}
    )
    return tracking.log_run(record).run_id


def test_mlflow_reads_no_file_of_the_machine(stack: Settings, own_run: str) -> None:
    def get(path: str) -> httpx.Response:
        return httpx.get(f"{stack.mlflow_uri}{path}", auth=account(stack, "engineer"))

    assert get(f"/get-artifact?run_uuid={own_run}&path=card.md").text == "hello"
    for read in READS:
        for way in WAYS_OUT:
            answer = get(read.format(run=own_run, way=way))
            # A folder may be named so, and be empty.
            assert answer.status_code >= 400 or not answer.json().get("files"), (read, way, answer.text[:200])


def test_mlflow_writes_no_file_of_the_machine(stack: Settings, own_run: str) -> None:
    login = account(stack, "training")
    for way in ("%2e%2e/" * 8, "..%2f" * 8, "..%252f" * 8):
        url = f"{stack.mlflow_uri}/api/2.0/mlflow-artifacts/artifacts/{way}tmp/theirs"
        assert httpx.put(url, content=b"theirs", auth=login).status_code >= 400, way
    assert not Path("/tmp/theirs").exists()
    for source in ("/etc", "file:///etc", "http://127.0.0.1:1/x", "mlflow-artifacts:/../../etc"):
        body = {"name": "risk-test-files", "source": source}
        url = f"{stack.mlflow_uri}/api/2.0/mlflow/model-versions/create"
        assert httpx.post(url, json=body, auth=login).status_code == 400, source


@pytest.mark.parametrize(
    "header", [("Host", f"{STRANGER}:80"), ("Origin", f"http://{STRANGER}"), ("Origin", "http://127.0.0.1:1")], ids=str
)
def test_mlflow_answers_to_its_own_name_and_pages(stack: Settings, header: tuple[str, str]) -> None:
    url = f"{stack.mlflow_uri}/api/2.0/mlflow/registered-models/search"
    assert httpx.get(url, auth=account(stack, "engineer"), headers=[header]).status_code == 403


def test_a_model_is_logged_read_back_and_opened_in_a_browser(stack: Settings, chromium: Any) -> None:
    record = tracking.RunRecord("test_doors", "try", "risk-test-doors", "{}", {"p": "1"}, {"m": 1.0}, {})
    logged = tracking.log_run(record)
    assert tracking.settle("risk-test-doors", logged.model_version, True) == logged.model_version
    stored = tracking.load_model("risk-test-doors")
    assert stored is not None and stored.model_json == "{}"
    name, password = account(stack, "engineer")
    with chromium.new_context(http_credentials={"username": name, "password": password}) as context:
        page = context.new_page()
        page.goto(tracking.run_page(logged.run_id))
        page.get_by_text("Finished").first.wait_for()
        page.goto(stack.mlflow_uri)
        page.get_by_role("link", name="risk-test-doors").wait_for()
        assert page.url.endswith("#/models")
        for offer in ("Assistant", "GenAI", "Create Model"):
            assert not page.get_by_text(offer).first.is_visible(), offer


def spark_ports(stack: Settings, of_python: bool = False) -> list[int]:
    """Return where Spark listens beside its door: the driver and its blocks, or what starts Python's workers."""
    (pid,) = [entry.pid for entry in status(stack) if entry.name == "spark"]
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    # One that has ended and that nobody has waited for has no command line.
    family = [process for process in family if process.status() != psutil.STATUS_ZOMBIE]
    asked = [process for process in family if ("pyspark.daemon" in process.cmdline()) is of_python]
    ports = {c.laddr.port for p in asked for c in p.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    return sorted(ports - {stack.port("spark_connect")})


def spark_answer(port: int, kind: int, body: bytes) -> bytes:
    """Return what Spark's network layer answers to one message of a stranger's, empty when it hangs up."""
    frame = struct.pack(">qb", 9 + len(body), kind) + body
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.settimeout(10)
        client.sendall(frame)
        try:
            return client.recv(65536)
        except (ConnectionResetError, TimeoutError):
            return b""


CALL = 3
# Endpoints of the driver, and what a call to one is: nobody's address twice, a name, a Java object to deserialise.
ENDPOINTS = [
    "endpoint-verifier",
    "HeartbeatReceiver",
    "MapOutputTracker",
    "BlockManagerMaster",
    "OutputCommitCoordinator",
]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_spark_takes_no_call_without_its_secret(stack: Settings, endpoint: str) -> None:
    call = b"\0\0" + struct.pack(">h", len(endpoint)) + endpoint.encode() + b"\xac\xed\0\x05t\0\x05hello"
    ports = spark_ports(stack)
    assert len(ports) >= 2
    for port in ports:
        answer = spark_answer(port, CALL, struct.pack(">qi", 1, len(call)) + call)
        assert answer == b"" or b"Unknown challenge message" in answer


def test_a_python_worker_of_spark_runs_nothing_without_its_secret(stack: Settings) -> None:
    """A stranger gets the number of a process that hangs up at a wrong secret."""
    spark.session().range(1).mapInPandas(lambda frames: frames, "id long").collect()
    ports = spark_ports(stack, of_python=True)
    assert ports
    for port in ports:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(struct.pack(">i", 5) + b"wrong")
            answer = b"".join(iter(lambda: client.recv(64), b""))
        assert answer[4:] == struct.pack(">i", 3) + b"err"


@pytest.mark.parametrize("carried_by", ["header", "cookie"])
@pytest.mark.parametrize("path", ["/auth/logout", "/api/v2/auth/logout"])
def test_a_token_of_airflow_ends_at_logout(stack: Settings, path: str, carried_by: str) -> None:
    name, password = account(stack, "dpo")
    answer = httpx.post(
        f"{stack.airflow_url}/auth/token", json={"username": name, "password": password}, timeout=HUNG_S
    )
    token = answer.json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    dags = f"{stack.airflow_url}/api/v2/dags?limit=1"
    assert httpx.get(dags, headers=bearer, timeout=HUNG_S).status_code == 200
    carried = bearer if carried_by == "header" else {"Cookie": f"_token={token}"}
    assert httpx.get(f"{stack.airflow_url}{path}", headers=carried, timeout=HUNG_S).status_code == 307
    assert httpx.get(dags, headers=bearer, timeout=HUNG_S).status_code in {401, 403}


def test_the_fifth_wrong_password_waits(stack: Settings) -> None:
    """Of a caller: another one, whose address this is not, signs in meanwhile."""

    def sign_in(password: str, caller: str) -> int:
        login = {"username": "dpo", "password": password}
        with httpx.Client(transport=httpx.HTTPTransport(local_address=caller), timeout=HUNG_S) as client:
            return client.post(f"{stack.airflow_url}/auth/token", json=login).status_code

    answers = iter(sign_in(f"wrong {n}", "127.0.0.2") for n in range(12))
    # On a slow machine the first of them may be forgotten before the fifth is asked.
    seen = [next(answers) for _ in range(4)] + [next(code for code in answers if code != 401)]
    assert seen == [401, 401, 401, 401, 429]
    right = stack.secret("password_dpo")
    assert (sign_in(right, "127.0.0.2"), sign_in(right, "127.0.0.1")) == (429, 201)


def test_airflow_is_shown_in_no_foreign_frame(stack: Settings) -> None:
    assert httpx.get(f"{stack.airflow_url}/auth/login/", timeout=HUNG_S).headers["x-frame-options"] == "SAMEORIGIN"


def test_trino_shows_no_stack_trace(stack: Settings) -> None:
    answer = httpx.post(
        f"{stack.trino_url}/v1/statement",
        content="select 1",
        auth=account(stack, "analyst"),
        headers={"X-Trino-Role": "system=ROLE{x}"},
        verify=ssl.create_default_context(cafile=str(stack.home / "trino-ca.pem")),
        timeout=HUNG_S,
    )
    assert answer.status_code >= 400
    assert "\tat " not in answer.text and "io.trino" not in answer.text


def test_the_door_s_certificate_can_sign_no_other(stack: Settings) -> None:
    door = x509.load_pem_x509_certificate(ssl.get_server_certificate((stack.host, stack.port("trino"))).encode())
    authority = x509.load_pem_x509_certificate((stack.home / "trino-ca.pem").read_bytes())
    assert not door.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    door.verify_directly_issued_by(authority)
