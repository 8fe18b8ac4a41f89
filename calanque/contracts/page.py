"""A contract as people read it, in English or French: what is landed, what becomes of each column, by what right.

`contract_page(load_contract("citizen_reports"), "fr")` gives Markdown that begins `## Contrat citizen_reports 1.0.0`.
"""

from typing import Literal

from calanque.contracts.model import BronzeColumn, FeedContract, LandingColumn

Language = Literal["en", "fr"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "contract": "Contract", "purpose": "Purpose", "legal_basis": "Legal basis", "licence": "Licence",
        "regime": "Regime",
        "recipients": "Recipients", "retention": "Retention", "territory": "Territory", "origin": "Origin",
        "owner": "Owner", "days": "days", "columns": "Columns of bronze", "received": "Columns as received",
        "column": "column", "from": "from", "type": "type", "classification": "classification",
        "protection": "protection", "description": "description", "becomes": "becomes",
        "open": "open", "personal": "personal", "identifier": "identifier", "free_text": "free text",
        "none": "–", "redact": "redacted", "drop": "left out", "token": "keyed token", "not_loaded": "not loaded",
        "reported": "reported by the public", "enforced": "produced by enforcement", "synthetic": "synthetic data",
        "rgpd": "GDPR", "title_iii": "law of 1978, title III", "yes": "yes", "no": "no", "is_personal": "Personal data",
    },
    "fr": {
        "contract": "Contrat", "purpose": "Finalité", "legal_basis": "Base légale", "licence": "Licence",
        "regime": "Régime",
        "recipients": "Destinataires", "retention": "Conservation", "territory": "Territoire", "origin": "Origine",
        "owner": "Responsable", "days": "jours", "columns": "Colonnes de bronze", "received": "Colonnes reçues",
        "column": "colonne", "from": "à partir de", "type": "type", "classification": "classification",
        "protection": "protection", "description": "description", "becomes": "devient",
        "open": "libre", "personal": "personnelle", "identifier": "identifiant", "free_text": "texte libre",
        "none": "–", "redact": "expurgée", "drop": "écartée", "token": "jeton à clé", "not_loaded": "non chargée",
        "reported": "signalé par le public", "enforced": "produit par l’action de la police",
        "synthetic": "données fictives", "rgpd": "RGPD", "title_iii": "loi de 1978, titre III", "yes": "oui",
        "no": "non", "is_personal": "Données personnelles",
    },
}  # fmt: skip


def contract_page(contract: FeedContract, *languages: Language) -> str:
    """Return the contract as Markdown, once a language; what its file says in words of its own is quoted as it is."""
    return "\n\n".join(_page(contract, WORDS[language]) for language in languages)


def _page(contract: FeedContract, words: dict[str, str]) -> str:
    title = f"## {words['contract']} {contract.feed} {contract.version}"
    synthetic = f" ({words['synthetic']})" if contract.is_synthetic else ""
    head = "\n".join(f"- **{words[name]}**: {value}" for name, value in _facts(contract, words))
    return "\n\n".join(
        (
            f"{title}{synthetic}",
            head,
            f"### {words['columns']}",
            _table([_bronze_row(column, words) for column in contract.bronze], words, BRONZE),
            f"### {words['received']}",
            _table([_landing_row(contract, column, words) for column in contract.landing], words, LANDING),
        )
    )


BRONZE = ("column", "from", "type", "classification", "protection", "description")
LANDING = ("column", "classification", "becomes", "description")


def _facts(contract: FeedContract, words: dict[str, str]) -> list[tuple[str, str]]:
    kept = ", ".join(f"{zone} {days} {words['days']}" for zone, days in contract.retention_days.items())
    return [
        ("purpose", f"`{contract.purpose}`: {contract.description}"),
        ("legal_basis", contract.legal_basis),
        ("licence", contract.licence),
        ("regime", words[contract.regime]),
        ("is_personal", words["yes" if contract.is_personal else "no"]),
        ("recipients", ", ".join(contract.recipients)),
        ("retention", kept),
        ("territory", f"{contract.territory} ({contract.time_zone})"),
        ("origin", words[contract.origin]),
        ("owner", contract.owner),
    ]


def _bronze_row(column: BronzeColumn, words: dict[str, str]) -> tuple[str, ...]:
    kind, _, purpose = column.protection.partition(":")
    protection = f"{words[kind]} ({purpose})" if purpose else words[kind]
    sources = ", ".join(f"`{name}`" for name in column.sources)
    return (
        f"`{column.name}`", sources, column.physical_type, words[column.classification], protection, column.description
    )  # fmt: skip


def _landing_row(contract: FeedContract, column: LandingColumn, words: dict[str, str]) -> tuple[str, ...]:
    made = [f"`{bronze.name}`" for bronze in contract.bronze if column.name in bronze.sources]
    becomes = ", ".join(made) or words["not_loaded"]
    return (f"`{column.name}`", words[column.classification], becomes, column.description)


def _table(rows: list[tuple[str, ...]], words: dict[str, str], names: tuple[str, ...]) -> str:
    lines = [tuple(words[name] for name in names), ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)
