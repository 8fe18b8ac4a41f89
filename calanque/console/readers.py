"""Who reads a page and what is there for them, by the rights of their roles in Airflow; and seals of what they send."""

import hashlib
import hmac
import time
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, HTTPException, Request
from pydantic import Field, PrivateAttr

from calanque.closed import Closed
from calanque.contracts.page import Language
from calanque.engines.trino import Role
from calanque.engines.trino_behalf import OnBehalf
from calanque.settings import settings

SEALED_S = 12 * 3600
"""A page left open overnight is opened anew."""


class RefusedError(HTTPException):
    """What is not shown, in both languages, mostly to a role; `said` is for a page, which is of one."""

    def __init__(self, english: str, french: str, status_code: int = 403) -> None:
        super().__init__(status_code, f"{english} {french}")
        self.said: dict[Language, str] = {"en": english, "fr": french}


class Reader(Closed):
    """A person at a page of the console.

    Attributes:
        name: account in Airflow.
        token: what this request bears; Airflow's own API is asked with it, and so with this person's rights.
        reads_figures: whether published figures are there for them, which the query door gives to who is elected.
        reads_marts: whether rows of marts are there for them: the DPO sees who reads them, and none of them.
        sees_batches: whether batches, reasons and gates are there for them.
        operates: whether runs are there for them, to open and to start.
        sees_journal: whether the journal is there for them.
        decides: whether they may say what is done about planned events that can not go together.
    """

    name: str
    token: str = Field(repr=False)
    reads_figures: bool = False
    reads_marts: bool = False
    sees_batches: bool = False
    operates: bool = False
    sees_journal: bool = False
    decides: bool = False

    _ages_s: list[float] = PrivateAttr(default_factory=list)

    def given(self, answer: tuple[Any, float]) -> Any:
        """Return an answer of `kept`, and remember how old it is while this request lasts."""
        said, age_s = answer
        if age_s:
            self._ages_s.append(age_s)
        return said

    @property
    def silent_min(self) -> int | None:
        """How old the oldest answer is that was given for want of a newer one, minutes; None where all are of now."""
        return int(max(self._ages_s) / 60) if self._ages_s else None

    @property
    def sees_lake(self) -> bool:
        """Whether more than published figures is there for them."""
        return self.reads_marts or self.sees_batches

    @property
    def account(self) -> OnBehalf:
        """The account by which the query door is asked for them: an analyst's can not reach a table of runs at all."""
        return self.by("engineer" if self.sees_batches else "analyst")

    def by(self, account: Role) -> OnBehalf:
        """Return an account of the query door that asks for them, and says so."""
        return OnBehalf(account, self.name)


def anybody(request: Request, user: Annotated[Any, Depends(get_user)]) -> Reader:
    """Return who asks, with what their role was given here: to be signed in to Airflow is no right to the lake."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")
    may = get_auth_manager().is_authorized_custom_view
    # For a page that says why another one is not shown: with the menu of whoever asked.
    request.state.reader = asking = Reader(
        name=user.get_name(),
        token=bearer,
        reads_figures=may(method="GET", resource_name="Published Figures", user=user),
        reads_marts=may(method="GET", resource_name="Marts", user=user),
        sees_batches=may(method="GET", resource_name="Audit Logs", user=user),
        operates=may(method="POST", resource_name="DAG Runs", user=user),
        sees_journal=may(method="GET", resource_name="Journal", user=user),
        decides=may(method="PUT", resource_name="Conflicts", user=user),
    )
    return asking


def figures_reader(asking: Annotated[Reader, Depends(anybody)]) -> Reader:
    """Return who asks, if published figures are there for them."""
    if not asking.reads_figures:
        raise RefusedError("Your role opens no figures.", "Votre rôle n’ouvre pas les chiffres publiés.")
    return asking


def reader(asking: Annotated[Reader, Depends(anybody)]) -> Reader:
    """Return who asks, if more than published figures is there for them."""
    if not asking.sees_lake:
        raise RefusedError("Your role opens nothing here.", "Votre rôle n’ouvre rien ici.")
    return asking


def seer(asking: Annotated[Reader, Depends(reader)]) -> Reader:
    """Return who asks, if batches are there for them."""
    if not asking.sees_batches:
        raise RefusedError("This is for engineers and the DPO.", "Ceci est pour l’ingénierie et le DPO.")
    return asking


def mart_reader(asking: Annotated[Reader, Depends(reader)]) -> Reader:
    """Return who asks, if rows of marts are there for them."""
    if not asking.reads_marts:
        raise RefusedError("Marts are for analysts and engineers.", "Les marts sont pour l’analyse et l’ingénierie.")
    return asking


def operator(asking: Annotated[Reader, Depends(reader)]) -> Reader:
    """Return who asks, if they may start runs."""
    if not asking.operates:
        raise RefusedError("Engineers replay a feed.", "Rejouer un flux est réservé à l’ingénierie.")
    return asking


def decider(asking: Annotated[Reader, Depends(mart_reader)]) -> Reader:
    """Return who asks, if they may decide about what is planned."""
    if not asking.decides:
        raise RefusedError("Your account decides nothing here.", "Votre compte ne décide de rien ici.")
    return asking


def journal_reader(asking: Annotated[Reader, Depends(reader)]) -> Reader:
    """Return who asks, if the journal is there for them."""
    if not asking.sees_journal:
        raise RefusedError("The journal is for the DPO.", "Le journal est pour la DPO.")
    return asking


def seal(name: str, action: str, at_s: float | None = None) -> str:
    """Return what a form bears to prove that its page was made for this person and this action.

    Args:
        name: the person's account.
        action: path the form is sent to.
        at_s: when, seconds since 1970; now by default.
    """
    made = f"{int(time.time() if at_s is None else at_s)}"
    key, message = settings().secret("airflow_secret").encode(), "\n".join((name, action, made)).encode()
    return f"{made}.{hmac.new(key, message, hashlib.sha256).hexdigest()}"


def is_sealed(sent: str, name: str, action: str) -> bool:
    """Tell whether a seal is this person's, for this action, and of today."""
    made = sent.partition(".")[0]
    is_recent = made.isdecimal() and len(made) < 12 and 0 <= time.time() - int(made) < SEALED_S
    return is_recent and hmac.compare_digest(sent.encode(), seal(name, action, int(made)).encode())
