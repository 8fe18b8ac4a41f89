"""One file at an address. The address is the contract's: no answer leads to another host."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator

from calanque.errors import CalanqueError
from calanque.files import LARGEST_BYTES, is_name, refusal, write_bounded
from calanque.sources.errand import DAY, Errand, NotThereYetError, SourceOptions, with_day

CONNECT_TIMEOUT_S, READ_TIMEOUT_S, WHOLE_TIMEOUT_S = 10, 60, 1800
REDIRECT_COUNT_MAX = 5
NOT_THERE = (404, 410)
DOWNLOADED = "the downloaded file"


class HttpSource(SourceOptions):
    """A file that a GET brings; `{date}` in the address becomes the day of the run (YYYY-MM-DD)."""

    kind: Literal["http"]
    url: str
    wait_minutes: Annotated[int, Field(ge=0, le=1440)] = 0

    @field_validator("url")
    @classmethod
    def _is_plain(cls, url: str) -> str:
        try:
            parts = urlsplit(url.replace(DAY, "2026-01-01"))
            is_plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_plain = False
        if not is_plain or any(mark in url.replace(DAY, "") for mark in " {}\\") or DAY in urlsplit(url).netloc:
            raise ValueError("must be an http or https address, in which {date} may stand after the host")
        if parts.username is not None:
            raise ValueError("must hold no user and no password: a contract is no place for secrets")
        return url

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        return f"http:{self.url}"

    @property
    def is_dated(self) -> bool:
        """Whether each day has an address of its own."""
        return DAY in self.url

    @property
    def patience_minutes(self) -> int:
        """How long a run waits for what is not there yet."""
        return self.wait_minutes

    def fetch(self, errand: Errand) -> list[Path]:
        """Get the file, within bounds of time and size."""
        import httpx

        url = with_day(self.url, errand)
        target = errand.work_dir / "downloaded" / _name_of(url, errand.feed)
        target.parent.mkdir()
        host = urlsplit(url).hostname or ""
        timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            with httpx.Client(timeout=timeout, headers={"Accept-Encoding": "identity"}) as client:
                self._get(client, url, target, errand)
        except httpx.HTTPError as error:
            raise CalanqueError(
                f"{host} does not answer, or stopped midway ({type(error).__name__}): run {errand.feed} again later."
            ) from error
        return [target]

    def _get(self, client: Any, url: str, target: Path, errand: Errand) -> None:
        host, address = urlsplit(url).hostname, url
        for _ in range(REDIRECT_COUNT_MAX + 1):
            _refuse_link_local(address)
            with client.stream("GET", address) as answer:
                if answer.next_request is not None:
                    address = _same_host(address, str(answer.next_request.url), errand.feed)
                    continue
                if answer.status_code in NOT_THERE:
                    raise NotThereYetError(
                        f"{host} has no such file yet (code {answer.status_code}): has it published {errand.feed} for "
                        "that day?"
                    )
                if answer.status_code != 200:
                    raise CalanqueError(
                        f"{host} refuses the file of {errand.feed} (code {answer.status_code}): try its address in a "
                        "browser, then correct the contract or run again later."
                    )
                if int(answer.headers.get("Content-Length") or 0) > LARGEST_BYTES:
                    raise refusal(DOWNLOADED, target.name, "it is larger than 2 GiB: ask for it in parts")
                write_bounded(_in_time(answer.iter_bytes(), str(host)), target, DOWNLOADED, target.name)
                return
        raise CalanqueError(f"{host} sends {errand.feed} from one address to the next without end: correct its url.")


def _in_time(chunks: Iterator[bytes], host: str) -> Iterator[bytes]:
    limit = time.monotonic() + WHOLE_TIMEOUT_S
    for chunk in chunks:
        if time.monotonic() > limit:
            raise CalanqueError(f"{host} did not send the whole file in {WHOLE_TIMEOUT_S // 60} minutes: run again.")
        yield chunk


def _same_host(address: str, target: str, feed: str) -> str:
    old, new = urlsplit(address), urlsplit(target)
    if (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise CalanqueError(
            f"{old.hostname} sends {feed} on to another address, {new.scheme}://{new.hostname}: if that is right, "
            "write it in the contract."
        )
    return target


def _refuse_link_local(address: str) -> None:
    """Refuse the addresses at which a cloud tells a machine its own secrets."""
    host = urlsplit(address).hostname or ""
    try:
        found = {str(answer[4][0]) for answer in socket.getaddrinfo(host, None)}
    except OSError:
        return  # behind a proxy names need not resolve; without one the client will say so
    if any(ipaddress.ip_address(one.partition("%")[0]).is_link_local for one in found):
        raise CalanqueError(f"{host} is an address of the machine's own network: no feed comes from there.")


def _name_of(url: str, feed: str) -> str:
    name = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    return name if is_name(name) else feed
