"""The query door, as a person with a password sees it: read-only. The only module that imports `trino`."""

import time
from typing import Any, Literal

from calanque.engines import trino_behalf
from calanque.errors import CalanqueError
from calanque.settings import settings

Role = Literal["analyst", "engineer", "dpo", "elected"]
ROLES: dict[Role, tuple[str, ...]] = {
    "analyst": ("analyst", "analyst_2"),
    "engineer": ("engineer",),
    "dpo": ("dpo",),
    "elected": ("elected",),
}
"""The accounts of the query door, by role: one a person."""
MOTIF = "motif: "
"""How a client's source begins: it goes on with why it asks. The door refuses analysts and engineers without."""
OWN_MOTIF = "page de la console"
STARTING = "SERVER_STARTING_UP"


class NoAnswerError(CalanqueError):
    """The door is not there, or not yet."""


class RefusedQueryError(CalanqueError):
    """The door answers, and refuses one query: `code` is Trino's name of the reason, such as `TABLE_NOT_FOUND`."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"The query door refuses ({code}): {message}")


def query(
    sql: str, user: str = "analyst", password: str | None = None, motif: str | None = OWN_MOTIF
) -> list[tuple[Any, ...]]:
    """Return the rows of one query.

    Args:
        sql: the statement, without a semicolon.
        user: who asks, the analyst by default; an `OnBehalf` also says for whom.
        password: the user's own; the demo account's by default.
        motif: why it is asked, for the journal; None gives none.

    Raises:
        RefusedQueryError: if the door refuses, with its own words.
        NoAnswerError: if it does not answer.
    """
    import requests
    import trino
    from text_unidecode import unidecode

    # A header of the door's holds no other letters.
    source = f"{MOTIF}{unidecode(motif)}" if motif else "calanque"
    # The door's driver copies what it is given, and a copy of an `OnBehalf` would need its person.
    connection = _connected(str(user), password, source, _for_whom(user, sql))
    try:
        return [tuple(row) for row in connection.cursor().execute(sql).fetchall()]
    except trino.exceptions.TrinoQueryError as error:
        if error.error_name == STARTING:
            raise NoAnswerError(f"The query door at {settings().trino_url} is starting.") from None
        raise RefusedQueryError(str(error.error_name), error.message) from None
    except (trino.exceptions.Error, trino.exceptions.HttpError, requests.RequestException) as error:
        # The driver says the status of an answer in its words alone.
        if str(error).startswith(("error 401", "error 403")):
            raise CalanqueError(f"The query door at {settings().trino_url} does not let {user} in.") from None
        raise NoAnswerError(
            f"The query door at {settings().trino_url} does not answer ({type(error).__name__})."
        ) from None
    finally:
        connection.close()


def literal(text: str) -> str:
    """Return a text as the query door reads it: it knows no backslash."""
    return "'" + text.replace("'", "''") + "'"


def query_if_made(sql: str, user: str = "analyst", motif: str = OWN_MOTIF) -> list[tuple[Any, ...]]:
    """Return the rows of one query; none while a table of it has not been made.

    Raises:
        CalanqueError: as `query` does.
    """
    try:
        return query(sql, user, motif=motif)
    except RefusedQueryError as error:
        if error.code == "TABLE_NOT_FOUND":
            return []
        raise


def _for_whom(user: str, sql: str) -> dict[str, str]:
    if not isinstance(user, trino_behalf.OnBehalf):
        return {}
    sealed = trino_behalf.said(user, user.person, sql, settings().secret("journal_token"), int(time.time()))
    return {trino_behalf.HEADER: sealed}


def _connected(user: str, password: str | None, source: str, headers: dict[str, str]) -> Any:
    import requests
    import trino

    here = settings()
    authority = here.home / "trino-ca.pem"
    if not authority.is_file():
        raise CalanqueError(
            f"The query door's certificate does not exist ({authority}): start the stack once with 'calanque stack up'."
        )
    # Left to itself, `requests` lets REQUESTS_CA_BUNDLE win over the certificate named here.
    http = requests.Session()
    http.trust_env, http.verify = False, str(authority)
    login = trino.auth.BasicAuthentication(user, password or here.secret(f"password_{user}"))
    return trino.dbapi.connect(  # type: ignore[no-untyped-call]
        host=here.host,
        port=here.port("trino"),
        user=user,
        auth=login,
        http_scheme="https",
        catalog="lake",
        schema="marts",
        source=source,
        http_session=http,
        http_headers=headers,
    )
