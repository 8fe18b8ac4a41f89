"""The one error a user meets: a sentence that says what is wrong and what to do."""


class CalanqueError(Exception):
    """A problem a person can act on; its text is one clear sentence, with no personal value in it."""


class RefusedBatchError(CalanqueError):
    """The batch itself is wrong: its rows are in quarantine, the last good data stays, and a retry will not help."""
