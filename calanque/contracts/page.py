"""A contract as people read it, in English or French: what is landed, what becomes of each column, by what right.

`contract_page(load_contract("citizen_reports"), "fr")` gives Markdown that begins `## Contrat citizen_reports 1.0.0`.
"""

from collections.abc import Iterable

from calanque.contracts.model import BronzeColumn, FeedContract, LandingColumn, in_language
from calanque.contracts.model import Language as Language
from calanque.contracts.problems import ContractError

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "contract": "Contract", "purpose": "Purpose", "legal_basis": "Legal basis", "producer": "Producer",
        "licence": "Licence", "citation": "Citation", "address": "Address", "date_published": "Published",
        "regime": "Regime", "recipients": "Recipients", "retention": "Retention", "territory": "Territory",
        "origin": "Origin", "owner": "Owner", "days": "days", "columns": "Columns of bronze",
        "received": "Columns as received",
        "column": "column", "from": "from", "type": "type", "classification": "classification",
        "protection": "protection", "description": "description", "becomes": "becomes",
        "open": "open", "personal": "personal", "identifier": "identifier", "free_text": "free text",
        "none": "–", "redact": "redacted", "drop": "left out", "token": "keyed token",
        "person": "person", "phone": "phone", "email": "e-mail", "plate": "number plate", "not_loaded": "not loaded",
        "reported": "reported by the public", "enforced": "produced by enforcement",
        "measured": "measured by a device", "published": "published by an authority", "synthetic": "synthetic data",
        "rgpd": "GDPR", "title_iii": "law of 1978, title III", "yes": "yes", "no": "no", "is_personal": "Personal data",
        "landing": "raw files", "bronze": "bronze", "quarantine": "quarantine", "thousands": ",",
        "analysts": "analysts", "colon": ":",
        "usage": "Use", "limitations": "Limits", "grain": "Rows of bronze", "schedule": "Schedule",
        "latency": "Next batch within", "hours": "hours",
        "language": "Language of its free text", "kept": "Rows that are the feed's", "live": "Real source, not in use",
        "promise": "Seen no finer than", "where": "where {} is {}",
    },
    "fr": {
        "contract": "Contrat", "purpose": "Finalité", "legal_basis": "Base légale", "producer": "Producteur",
        "licence": "Licence", "citation": "Citation", "address": "Adresse", "date_published": "Publié le",
        "regime": "Régime", "recipients": "Destinataires", "retention": "Conservation", "territory": "Territoire",
        "origin": "Origine", "owner": "Responsable", "days": "jours", "columns": "Colonnes de bronze",
        "received": "Colonnes reçues",
        "column": "colonne", "from": "à partir de", "type": "type", "classification": "classification",
        "protection": "protection", "description": "description", "becomes": "devient",
        "open": "libre", "personal": "personnelle", "identifier": "identifiant", "free_text": "texte libre",
        "none": "–", "redact": "expurgée", "drop": "écartée", "token": "jeton à clé",
        "person": "personne", "phone": "téléphone", "email": "courriel", "plate": "plaque d’immatriculation",
        "not_loaded": "non chargée",
        "reported": "signalé par le public", "enforced": "produit par l’action de la police",
        "measured": "mesuré par un appareil", "published": "publié par une autorité",
        "synthetic": "données fictives", "rgpd": "RGPD",
        "title_iii": "loi de 1978, titre III", "yes": "oui", "no": "non", "is_personal": "Données personnelles",
        "landing": "fichiers bruts", "bronze": "bronze", "quarantine": "quarantaine", "thousands": "\u202f",
        "analysts": "analystes", "colon": "\u202f:",
        "usage": "Usage", "limitations": "Limites", "grain": "Lignes de bronze", "schedule": "Fréquence",
        "latency": "Lot suivant sous", "hours": "heures",
        "language": "Langue du texte libre", "kept": "Lignes qui sont du flux", "live": "Source réelle, non utilisée",
        "promise": "Vu au plus fin", "where": "où {} vaut {}",
    },
}  # fmt: skip


PAUSE: dict[Language, str] = {"en": "; ", "fr": " ; "}
PROMISE: dict[Language, dict[str, str]] = {
    "en": {
        "place_exact": "the place as it was said", "place_cell": "a square of the grid", "place_zone": "a zone",
        "place_area": "a named area", "time_exact": "the time as it was said", "time_hour": "an hour",
        "time_week": "a week", "time_month": "a month",
        "single": "rows one by one, without whom they are about; no published figure under {}",
        "counted": "counts alone, none of them under {}", "left_out": "in no table: {}",
    },
    "fr": {
        "place_exact": "le lieu tel qu’il a été dit", "place_cell": "un carré de la grille", "place_zone": "une zone",
        "place_area": "un secteur", "time_exact": "le moment tel qu’il a été dit", "time_hour": "une heure",
        "time_week": "une semaine", "time_month": "un mois",
        "single": "lignes une à une, sans les personnes concernées ; aucun chiffre publié sous {}",
        "counted": "des comptes seuls, aucun sous {}", "left_out": "dans aucune table : {}",
    },
}  # fmt: skip


UNITS: dict[str, dict[Language, str]] = {
    "h": {"en": "every hour|every {} hours", "fr": "toutes les heures|toutes les {} heures"},
    "d": {"en": "every day|every {} days", "fr": "tous les jours|tous les {} jours"},
    "w": {"en": "every week|every {} weeks", "fr": "toutes les semaines|toutes les {} semaines"},
    "mo": {"en": "every month|every {} months", "fr": "tous les mois|tous les {} mois"},
    "y": {"en": "every year|every {} years", "fr": "tous les ans|tous les {} ans"},
}
WRONG: dict[Language, tuple[str, str]] = {
    "en": (
        "The contract is wrong",
        "This feed loads nothing until its contract is right; `calanque feeds check` says the same. Every other feed "
        "goes on, and what was loaded stays.",
    ),
    "fr": (
        "Le contrat est erroné",
        "Ce flux ne charge rien tant que son contrat n’est pas corrigé ; `calanque feeds check` dit la même chose. Les "
        "autres flux continuent, et ce qui est chargé reste.",
    ),
}


def contract_page(contract: FeedContract, *languages: Language) -> str:
    """Return the contract as Markdown, once a language; its own words too where it has them in both."""
    return "\n\n".join(_page(contract, language) for language in languages)


def cited(text: str, contracts: Iterable[FeedContract]) -> str:
    """Return what a table holds, and then whom to cite: a line of each feed that is in it."""
    return " ".join([text, *map(source_line, contracts)])


def source_line(contract: FeedContract) -> str:
    """Return who made a feed's data, when, and how to cite them, in words of both languages: for comments of tables.

    `source_line(load_contract("citizen_reports"))` begins with `Source: ` and the contract's citation.
    """
    made = contract.provenance
    said = [f"Source: {made.citation}", f"Producer / Producteur: {made.producer}", f"Licence: {made.licence}"]
    said += [f"Published / Publié le: {made.date_published}"] if made.date_published else []
    return " ".join(f"{text.removesuffix('.')}." for text in said)


def problems_page(error: ContractError, language: Language) -> str:
    """Return what is wrong with a contract as Markdown; the problems are sentences of English."""
    title, advice = WRONG[language]
    problems = "\n".join(f"- {problem}" for problem in error.problems)
    return f"## {title}\n\n{advice}\n\n{problems}"


def _page(contract: FeedContract, language: Language) -> str:
    words = WORDS[language]
    title = f"## {words['contract']} {contract.feed} {contract.version}"
    synthetic = f" ({words['synthetic']})" if contract.is_synthetic else ""
    head = "\n".join(f"- **{words[name]}**{words['colon']} {value}" for name, value in _facts(contract, language))
    return "\n\n".join(
        (
            f"{title}{synthetic}",
            head,
            f"### {words['columns']}",
            _table([_bronze_row(column, language) for column in contract.bronze], words, BRONZE),
            f"### {words['received']}",
            _table([_landing_row(contract, column, language) for column in contract.landing], words, LANDING),
        )
    )


BRONZE = ("column", "from", "type", "classification", "protection", "description")
LANDING = ("column", "classification", "becomes", "description")


def _facts(contract: FeedContract, language: Language) -> list[tuple[str, str]]:
    made, words = contract.provenance, WORDS[language]
    kept = ", ".join(
        f"{words[tier]} {days:,} {words['days']}".replace(",", words["thousands"])
        for tier, days in contract.retention_days.items()
    )
    return [
        ("purpose", f"`{contract.purpose}`: {contract.described(language)}"),
        *_own(language, usage=contract.usage, limitations=contract.limitations, grain=contract.grain),
        *_own(language, legal_basis=contract.legal_basis),
        *_said(live=_live(contract, language)),
        *_own(language, producer=made.producer, licence=made.licence, citation=made.citation),
        *_said(address=made.url),
        *_said(date_published=made.date_published),
        ("regime", words[contract.regime]),
        ("is_personal", words["yes" if contract.is_personal else "no"]),
        *_said(promise=promised(contract, language)),
        *_said(language=contract.language),
        *_said(kept=f"`{contract.keep_where}`" if contract.keep_where else None),
        ("recipients", ", ".join(words.get(name, name) for name in contract.recipients)),
        ("retention", kept),
        ("schedule", f"{often(contract.frequency, language)} (`{contract.schedule}`)"),
        ("latency", f"{contract.latency_hours} {words['hours']}"),
        ("territory", f"{contract.territory} ({contract.time_zone})"),
        ("origin", made_by(contract, language)),
        ("owner", f"{contract.owner} ({contract.team})"),
    ]


def made_by(contract: FeedContract, language: Language) -> str:
    """Return who made the rows of a feed, and where a column says of some that it was somebody else.

    An example: `reported by the public; produced by enforcement where found_by is patrol`.
    """
    words, said = WORDS[language], contract.origin_of
    others = said.values.items() if said else ()
    column = said.column if said else ""
    return PAUSE[language].join(
        [words[contract.origin], *(f"{words[made]} {words['where'].format(column, value)}" for value, made in others)]
    )


def promised(contract: FeedContract, language: Language) -> str | None:
    """Return how fine a personal feed is seen beyond bronze, as it promises; None of one that promises nothing."""
    promise = contract.promise
    if promise is None:
        return None
    words = PROMISE[language]
    seen = [words[f"place_{promise.place}"], words[f"time_{promise.time}"]]
    out = [words["left_out"].format(", ".join(promise.left_out))] if promise.left_out else []
    parts = [", ".join(seen), words[promise.rows].format(promise.least_count), *out]
    return PAUSE[language].join(parts)


def often(frequency: str, language: Language) -> str:
    """Return how often a batch comes in words, or as the contract writes it where its unit is none of the standard's.

    `often("2 d", "fr")` is `tous les 2 jours`.
    """
    count, _, unit = frequency.partition(" ")
    if not count.isdecimal() or unit not in UNITS:
        return frequency
    one, many = UNITS[unit][language].split("|")
    return one if count == "1" else many.format(count)


def _live(contract: FeedContract, language: Language) -> str | None:
    """Return where a feed of the twin would come from, and of whom; None where it does, or nobody knows."""
    if contract.live is None or contract.live.is_on:
        return None
    citation = in_language(contract.live.provenance.citation, language)
    return f"`{contract.live.source.origin.removeprefix('http:')}` ({citation})"


def _said(**facts: object) -> list[tuple[str, str]]:
    return [(name, f"{value}") for name, value in facts.items() if value]


def _own(language: Language, **texts: str | None) -> list[tuple[str, str]]:
    return [(name, in_language(text, language)) for name, text in texts.items() if text]


def _bronze_row(column: BronzeColumn, language: Language) -> tuple[str, ...]:
    words, description = WORDS[language], in_language(column.description, language)
    protection = words[column.protection]
    if column.token_kind:
        protection += f" ({words[column.token_kind]}, {column.token_purpose})"
    sources = ", ".join(f"`{name}`" for name in column.sources)
    return (f"`{column.name}`", sources, column.physical_type, words[column.classification], protection, description)


def _landing_row(contract: FeedContract, column: LandingColumn, language: Language) -> tuple[str, ...]:
    words, description = WORDS[language], in_language(column.description, language)
    made = [f"`{bronze.name}`" for bronze in contract.bronze if column.name in bronze.sources]
    becomes = ", ".join(made) or words["not_loaded"]
    return (f"`{column.name}`", words[column.classification], becomes, description)


def _table(rows: list[tuple[str, ...]], words: dict[str, str], names: tuple[str, ...]) -> str:
    lines = [tuple(words[name] for name in names), ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)
