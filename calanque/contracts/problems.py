"""What is wrong with a contract: every problem that was found, each one a sentence that names its field."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from calanque.errors import CalanqueError


class ContractError(CalanqueError):
    """A contract that does not load: its problems, and all of them as the text."""

    def __init__(self, problems: Iterable[str], file: str = "") -> None:
        self.problems = tuple(problems)
        text = " ".join(self.problems)
        super().__init__(f"{file}: {text}" if file else text)


class Problems:
    """Problems as they are found: what can still be read after one is read, so that one check finds them all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Keep what the block refuses, and go on behind it."""
        try:
            yield
        except ContractError as error:
            self.found += error.problems

    def stop(self) -> None:
        """Stop if anything was found.

        Raises:
            ContractError: with all of it.
        """
        if self.found:
            raise ContractError(self.found)


def refused(field: str, sentence: str) -> ContractError:
    """Return the error of one field."""
    return ContractError([f"field '{field}': {sentence}"])
