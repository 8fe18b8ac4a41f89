"""The query door, as a person with a password sees it: read-only. The only module that imports `trino`."""

from typing import Any

from calanque.errors import CalanqueError
from calanque.settings import settings


class RefusedQueryError(CalanqueError):
    """The door answers, and refuses one query: `code` is Trino's name of the reason, such as `TABLE_NOT_FOUND`."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"The query door refuses ({code}): {message}")


def query(
    sql: str, user: str = "analyst", password: str | None = None, motif: str | None = None
) -> list[tuple[Any, ...]]:
    """Return the rows of one query.

    Args:
        sql: the statement, without a semicolon.
        user: who asks; the analyst by default.
        password: the user's own; the demo account's by default.
        motif: why it is asked, for the journal.

    Raises:
        RefusedQueryError: if the door refuses, with its own words.
        CalanqueError: if it does not answer.
    """
    import requests
    import trino

    connection = _connected(user, password, [f"motif:{motif}"] if motif else None)
    try:
        return [tuple(row) for row in connection.cursor().execute(sql).fetchall()]
    except trino.exceptions.TrinoQueryError as error:
        raise RefusedQueryError(str(error.error_name), error.message) from None
    except (trino.exceptions.Error, trino.exceptions.HttpError, requests.RequestException) as error:
        raise CalanqueError(
            f"The query door at {settings().trino_url} does not answer ({type(error).__name__})."
        ) from None
    finally:
        connection.close()


def _connected(user: str, password: str | None, tags: list[str] | None) -> Any:
    import requests
    import trino

    here = settings()
    # Left to itself, `requests` lets REQUESTS_CA_BUNDLE win over the certificate named here.
    http = requests.Session()
    http.trust_env, http.verify = False, str(here.home / "trino-ca.pem")
    login = trino.auth.BasicAuthentication(user, password or here.secret(f"password_{user}"))
    return trino.dbapi.connect(  # type: ignore[no-untyped-call]
        host=here.host,
        port=here.port("trino"),
        user=user,
        auth=login,
        http_scheme="https",
        catalog="lake",
        schema="marts",
        source="calanque",
        client_tags=tags,
        http_session=http,
    )
