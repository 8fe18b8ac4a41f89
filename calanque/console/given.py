"""A file that a page gives: the journal is told of it first, and no cache keeps it."""

from typing import Any

from fastapi.responses import Response

from calanque.console.lac_words import WORDS
from calanque.console.readers import Reader
from calanque.contracts.page import Language
from calanque.errors import CalanqueError


def of_now(asking: Reader, language: Language) -> None:
    """Refuse to make a file of what was said before: a page says that it is not of now, a file goes on without it.

    Raises:
        CalanqueError: if the query door did not answer.
    """
    if asking.silent_min is not None:
        raise CalanqueError(WORDS[language]["not_from_memory"])


def given(asking: Reader, content: bytes, name: str, kind: str, **what: Any) -> Response:
    """Tell the journal what is given to whom, then give it.

    Args:
        asking: who asks for it.
        content: of the file.
        name: of the file.
        kind: its media type.
        what: `objects`, `row_count` and `motif` of the act, as the journal's `Act` has them.
    """
    from calanque.journal.log import tell

    tell(source="console", who=asking.name, action="communication", **what)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
