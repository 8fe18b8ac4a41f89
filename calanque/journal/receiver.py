"""The door at which the query door leaves its events: a process of its own, with nothing but the standard library.

`python -m calanque.journal.receiver ADDRESS HOME` answers once an act is on disk; until then its sender keeps it and
asks again.
"""

import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from calanque.errors import CalanqueError
from calanque.journal.events import act_of_query
from calanque.journal.spool import add

LARGEST_BYTES = 64 * 1024**2
"""Of an event: a query may be of megabytes, and its text is in it."""
TOKEN_HEADER = "X-Calanque-Journal"  # noqa: S105 - a name


class Handler(BaseHTTPRequestHandler):
    """Takes an event of a query that was completed."""

    token = ""
    folder = Path()

    def do_GET(self) -> None:
        """Say that the door is open."""
        self._answer(200)

    def do_POST(self) -> None:
        """Put what the journal keeps of an event on disk."""
        length = int(self.headers.get("Content-Length") or 0)
        if not hmac.compare_digest(self.headers.get(TOKEN_HEADER, ""), self.token):
            self._answer(403)
        elif length > LARGEST_BYTES:
            self._answer(413)
        else:
            try:
                act = act_of_query(json.loads(self.rfile.read(length)), self.token)
            except (ValueError, AttributeError, TypeError, KeyError):
                self._answer(400)
                return
            try:
                if act:
                    add(self.folder, act)
            except (OSError, CalanqueError):
                self._answer(503)
                return
            self._answer(200)

    def _answer(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep no log of its own: an event's text is nobody's to write."""


def main() -> None:
    """Serve until the process is told to end."""
    address, home = sys.argv[1:]
    Handler.token = (Path(home) / "secrets" / "journal_token").read_text(encoding="ascii").strip()
    Handler.folder = Path(home) / "journal"
    host, port = address.rsplit(":", 1)
    with ThreadingHTTPServer((host, int(port)), Handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
