"""What a stranger may not do: a web page in the engineer's browser, a caller without an account or a key."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calanque.engines.hdfs import lake
from calanque.settings import Settings

SECRET = "a made-up raw line\n"
STRANGER = "stranger.invalid"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {STRANGER} 127.0.0.1",
    # Chromium's own guard of the local network; other browsers have none.
    "--disable-features=LocalNetworkAccessChecks",
)

Visit = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    """A page of the stranger's: given an address that the page pretends to be at and a script, what the script gets."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)

        def open_page(address: str, script: str) -> Any:
            page = browser.new_page()
            page.route(address, lambda route: route.fulfill(body="<p>hello</p>", content_type="text/html"))
            page.goto(address)
            try:
                return page.evaluate(script)
            finally:
                page.close()

        yield open_page
        browser.close()


@pytest.fixture
def raw_file(stack: Settings) -> Iterator[str]:
    """A file in landing, as a partner's would lie there."""
    path = "/lake/landing/test_doors/raw.csv"
    lake().write(path, SECRET, overwrite=True)
    yield path
    lake().delete("/lake/landing/test_doors")


READ = "async url => { try { const a = await fetch(url); return [a.status, await a.text()] } catch { return [0, ''] } }"
FORM = """async url => {
  const form = document.createElement('form'), frame = document.createElement('iframe');
  frame.name = 'f'; form.target = 'f'; form.method = 'post'; form.action = url;
  document.body.append(frame, form); form.submit();
  await new Promise(done => { frame.onload = done; setTimeout(done, 4000) });
}"""
OWN_AGENT = """async url => {
  try { const a = await fetch(url, {headers: {'User-Agent': 'curl/8'}}); return [a.status, await a.text()] }
  catch { return [0, ''] }
}"""


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
def test_webhdfs_answers_nobody_without_its_header(stack: Settings, raw_file: str, daemon: str) -> None:
    import httpx

    url = webhdfs(stack, ports(stack)[daemon], raw_file, "OPEN&offset=0")
    assert httpx.get(url).status_code == 400
    answer = httpx.get(url, headers={stack.secret("webhdfs_header"): "1"}, follow_redirects=True)
    assert answer.text == SECRET
