"""What `calanque redact --explain` prints for a person to read: each text with its values marked, and their counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from calanque.privacy.explain import explain
from calanque.privacy.redact import find_values, pack_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calanque.privacy.redact import Redaction


def marked(record: dict[str, Any], redaction: Redaction) -> str:
    """Mark each value, `[06 39 98 12 34](PHONE_NUMBER 0.95 phone_number.national)`; below, why each name is one."""
    text: str = record["text"]
    parts: list[str] = []
    position = 0
    for span in redaction.spans:
        parts += (text[position : span.start], f"[{text[span.start : span.end]}]({span.type} {span.score} {span.rule})")
        position = span.end
    why = (explain(text, span, redaction.spans) for span in redaction.spans)
    reasons = "".join(f"  {line}\n" for line in why if "; " in line)
    shown = f"# {record['id']} (pack {pack_version()})\n{''.join((*parts, text[position:]))}\n{reasons}\n"
    return shown.encode(errors="backslashreplace").decode()


class Tally:
    """What was masked of a sample by type and rule, and what an allow list left; never a value."""

    def __init__(self, allowed: str | None) -> None:
        """Take the regular expression of what is allowed."""
        self._allowed, self._text_count = allowed, 0
        self._masked, self._left = Counter[tuple[str, str]](), Counter[tuple[str, str]]()

    def add(self, texts: Sequence[str], redactions: Sequence[Redaction]) -> None:
        """Count what was masked in some texts, and read them once more without the list for what it leaves."""
        self._text_count += len(texts)
        self._masked.update((span.type, span.rule) for one in redactions for span in one.spans)
        if self._allowed:
            found, kept = find_values(texts), find_values(texts, self._allowed)
            self._left.update(
                (span.type, span.rule)
                for spans, others in zip(found, kept, strict=True)
                for span in spans
                if not any(span.overlaps(other) for other in others)
            )

    def lines(self) -> str:
        """Return the table, one line a type and rule, the most first."""
        head = f"# {self._text_count:,} texts, {self._masked.total():,} values masked (pack {pack_version()})"
        lines = [head, *(f"#   {kind} {rule}: {count:,}" for (kind, rule), count in self._masked.most_common())]
        if self._allowed:
            lines.append(f"# {self._left.total():,} values left by the allow list")
            lines += [f"#   {kind} {rule}: {count:,}" for (kind, rule), count in self._left.most_common()]
        return "\n".join(lines) + "\n"
