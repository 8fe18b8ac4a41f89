"""Regular expressions of contracts: which of them one long value could stop the engine with.

Java recurses for each round of a repeated group, until its stack is full, and walks back through repeats of repeats.
"""

import re

ROUNDS_MAX = 100
# An escape, a class of characters, the start or end of a group, or a repeat (with what makes it lazy or possessive).
PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|(?:[*+]|\{\d*(?:,\d*)?\})|[^\\\[(){}*+]+|.", re.DOTALL)
GROUP = re.compile(r"\?(?:[:=!>]|<[=!]|[ims]+[:)])")
ESCAPE = re.compile(r"\\.", re.DOTALL)
CLASS_TWIST = re.compile(r"\[|&&")
REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")


def problem_of_pattern(text: str) -> str:
    """Return what is wrong with a pattern, as a sentence; empty when nothing is."""
    if sentence := _not_java(text):
        return sentence
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return f"'{text}' is not a regular expression: {error}."
    # Whether each open group, and the one that has just ended, repeats something without a bound.
    repeats: list[bool] = [False]
    ended: bool | None = None
    for part in PART.findall(text):
        rounds = _rounds(part)
        if rounds is not None:
            if ended is not None and (rounds > ROUNDS_MAX or (rounds > 1 and ended)):
                return (
                    f"'{text}' repeats a group without a bound, or one that itself repeats without a bound: one long "
                    f"value could stop the engine. Repeat characters or a class, or a group at most {ROUNDS_MAX} times."
                )
            repeats[-1] = repeats[-1] or rounds > ROUNDS_MAX
        ended = None
        if part == "(":
            repeats.append(False)
        elif part == ")":
            ended = repeats.pop()
            repeats[-1] = repeats[-1] or ended
    return ""


def _not_java(text: str) -> str:
    """Return what Java, which reads the pattern, takes otherwise than Python, which checks it."""
    at = 0
    for part in PART.findall(text):
        at += len(part)
        if part == "(" and text[at : at + 1] == "?" and not GROUP.match(text, at):
            return (
                f"'{text}' has a group of a kind that is not allowed: use (…), (?:…), (?=…), (?!…), (?<=…) or (?<!…)."
            )
        if part == "{" or part.startswith("{,") or part == "{}":
            return f"'{text}' has a {{ that repeats nothing: write {{n}}, {{n,}} or {{n,m}}, or \\{{ for the sign."
        if part[0] == "[" and CLASS_TWIST.search(ESCAPE.sub(".", part[1:])):
            return f"'{text}' has a [ or && inside a class, which is another class to Java: write \\[ or \\&."
        if part in ("\\U", "\\N", "\\0") or (part[0] == "[" and {*ESCAPE.findall(part)} & {"\\b", "\\U", "\\N", "\\0"}):
            return f"'{text}' has an escape that Java does not know: write the character."
    return ""


def _rounds(part: str) -> int | None:
    """Return how often a repeat may go round at most; None for what is no repeat."""
    if part in ("*", "+"):
        return ROUNDS_MAX + 1
    found = REPEAT.fullmatch(part)
    if found is None:
        return None
    least, comma, most = found.groups()
    return int(most) if most else ROUNDS_MAX + 1 if comma else int(least or 0)
