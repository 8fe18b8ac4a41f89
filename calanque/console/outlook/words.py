"""The words of the page *Prévisions et tendances*, in English and French."""

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "outlook": "Forecasts and trends", "city": "City", "kind": "Type", "span": "Trends of", "show": "Show",
        "week": "the last week", "month": "the last four weeks", "year": "the year to date",
        "days": "Is tomorrow unusual?", "days_note": "From {} to {}; incidents are known until {}.",
        "past": "Tomorrow is not among these days: the incidents are known until {} only.",
        "no_days": "No day is forecast here yet: the history is too short, or the forecast has not run.",
        "day": "Day", "expected": "Expected", "upper": "At most, 9 days in 10", "threshold": "Threshold",
        "chance": "{}%", "least_chance": "less than 1%", "most_chance": "more than 99%",
        "above": "Chance of more", "risk": "Risk", "factors": "What goes with it",
        "by_model": "model", "by_baseline": "plain counts", "by": "By",
        "risk_note": "Threshold: the number that at most one day in ten of the last year exceeded. Risk, 1 to 10: "
        "where the chance of exceeding it stands among last year’s days; 10 is the highest tenth. No risk is given "
        "where it would say no more than the threshold itself.",
        "calendar": "Risk by type and day",
        "calendar_note": "“{}” is a forecast of its own, and not the sum of the rows below it.",
        "groups": "Risk by group of areas and day",
        "groups_note": "Groups with fewer than one incident a day are left out: nothing tells their days apart.",
        "factors_asked": "What do incidents go with?",
        "factors_note": "How many incidents there are with it, for one without it, else alike; with its 95 % interval. "
        "Listed is what is beyond noise among the ratios of all types of the city, and on the same side in most single "
        "years. It does not say why.",
        "none_found": "Nothing is found: no difference is beyond noise and the same in most years.",
        "no_factors": "Nothing is said of this type yet: too few incidents, or less than half a year.",
        "all_looks": "All that was looked at of this type", "factor": "With", "ratio": "Ratio", "years": "Years alike",
        "weekday": "Day of the week", "public_holiday": "Public holiday", "school_holiday": "School holidays",
        "part_of_day": "Part of the day", "premises": "Premises", "rain": "Rain", "heat": "Hot days",
        "cold": "Cold days", "wind": "Windy days", "event": "Event", "works": "Works",
        "trends": "What changed beyond noise?",
        "more": "above", "less": "below", "own_limit": "past its own limit alone", "even": "–", "no_limit": "no limit",
        "alarms": "change beyond noise|changes beyond noise", "no_alarm": "Nothing has changed beyond noise.",
        "not_judged": "Nothing can be said of a change yet.",
        "trends_note": "Incidents from {} to {}. {} Beyond noise: so far from what is expected that of what is marked "
        "one in ten at most is chance, on average, all areas and types taken together. Small numbers are never given "
        "as a percentage.",
        "held": "Held against earlier years at the same season, with the trend.",
        "held_year": "Held against the mean of the same days of earlier years, without a trend: a steady rise or fall "
        "over the years shows here as a difference.",
        "own_limit_note": "Past its own limit alone: among so many areas and types, some are so by chance, and it is "
        "not counted as a change.",
        "first_of": "The {} surest; the CSV has all.", "no_trends": "There are no trends of this span yet.",
        "area": "Area", "incidents": "Incidents", "limits": "Limits", "change": "Change", "whole_city": "Whole city",
        "finding": "In words", "areas": "All areas", "weeks": "A year of weeks",
        "weeks_note": "Bars: incidents of each week. Line: expected. Dashes: the upper limit, that noise rarely "
        "passes.",
        "weeks_more": "Above the upper limit.", "weeks_less": "Below the lower limit, which is not drawn.",
        "weeks_table": "The weeks as a table",
        "week_of": "Week of", "limit": "Limit",
        "record": "How good were the forecasts?",
        "record_note": "The last {} weeks, {} incidents; of them in the 5 % of the area ranked first: {}.",
        "record_published": "Forecasts as they were published.",
        "record_both": "As published: {} of these {} weeks. The others were replayed, each from its own past.",
        "record_back_test": "The incidents of no published week are all known yet: these are weeks of the past, each "
        "made from its own past.",
        "made": "Forecast", "published": "published", "back_test": "replayed",
        "no_record": "No forecast has been held against a whole week of incidents yet.",
        "model": "model", "baseline": "plain counts", "rate": "In the 5 % ranked first", "score": "Log score",
        "coverage": "Squares within bound", "coverage_flagged": "ranked first",
        "curve": "What the forecast of places caught",
        "curve_note": "To the right: the part of the area ranked first, up to 20 %. Upwards: the share of the "
        "incidents that lay in it. The higher, the better; the line of dots is places drawn by chance.",
        "part": "Part of the area", "caught": "Share of the incidents",
        "level": "How many in all, by day", "facts": "incidents",
        "level_note": "Over {} weeks, each forecast from its own past, the error of the forecast of days is {} a "
        "day, that of plain seasonal counts {} (CRPS). Nine days in ten were promised to stay within their "
        "bound; {} did.",
        "level_published": "As published: days {}, of which {} stayed within their bound; mean error {} a day, that of "
        "plain seasonal counts {}.",
        "gain": "The model’s gain over plain counts: {} [{}, {}], 95 % interval over months.",
        "no_level": "There is no record of days for this type yet.",
        "reliability": "Promised and observed",
        "reliability_note": "Each point: a tenth of the days, by the promised chance of passing the threshold (to the "
        "right) and how often it was passed (upwards). On the line, what is promised comes true.",
        "promised": "Promised", "observed": "Observed", "day_count": "Days",
        "promotions": "Which model serves, and why", "when": "Decided", "version": "Version", "decision": "Decision",
        "why": "Why", "promoted": "promoted", "refused": "refused", "retired": "retired",
        "csv": "These trends as CSV", "query": "The queries behind this",
    },
    "fr": {
        "outlook": "Prévisions et tendances", "city": "Ville", "kind": "Type", "span": "Tendances de",
        "show": "Montrer",
        "week": "la dernière semaine", "month": "les quatre dernières semaines", "year": "l’année à ce jour",
        "days": "Demain sort-il de l’ordinaire ?", "days_note": "Du {} au {} ; les faits sont connus jusqu’au {}.",
        "past": "Demain n’est pas parmi ces jours : les faits ne sont connus que jusqu’au {}.",
        "no_days": "Aucun jour n’est encore prévu ici : l’historique est trop court, ou la prévision n’a pas tourné.",
        "day": "Jour", "expected": "Attendus", "upper": "Au plus, 9 jours sur 10", "threshold": "Seuil",
        "chance": "{} %", "least_chance": "moins de 1 %", "most_chance": "plus de 99 %",
        "above": "Chance de le dépasser", "risk": "Risque", "factors": "Ce qui l’accompagne",
        "by_model": "modèle", "by_baseline": "comptage simple", "by": "Par",
        "risk_note": "Seuil : le nombre qu’au plus un jour sur dix de la dernière année a dépassé. Risque, de 1 à "
        "10 : où se place la chance de le dépasser parmi les jours de cette année ; 10 est le dixième le plus élevé. "
        "Aucun risque n’est donné là où il ne dirait rien de plus que le seuil.",
        "calendar": "Le risque par type et par jour",
        "calendar_note": "« {} » est une prévision à part, et non la somme des lignes qui suivent.",
        "groups": "Le risque par groupe de secteurs et par jour",
        "groups_note": "Les groupes de moins d’un fait par jour manquent : rien n’y distingue un jour d’un autre.",
        "factors_asked": "Avec quoi vont les faits ?",
        "factors_note": "Combien de faits avec, pour un sans, le reste étant semblable ; avec son intervalle à 95 %. "
        "Est listé ce qui est au-delà du hasard parmi les rapports de tous les types de la ville, et du même côté la "
        "plupart des années. Cela ne dit pas pourquoi.",
        "none_found": "Rien n’est établi : aucun écart n’est au-delà du hasard et le même la plupart des années.",
        "no_factors": "Rien n’est encore dit de ce type : trop peu de faits, ou moins de six mois.",
        "all_looks": "Tout ce qui est examiné de ce type", "factor": "Avec", "ratio": "Rapport",
        "years": "Années du même côté",
        "weekday": "Jour de la semaine", "public_holiday": "Jour férié", "school_holiday": "Vacances scolaires",
        "part_of_day": "Moment du jour", "premises": "Lieu", "rain": "Pluie", "heat": "Jours chauds",
        "cold": "Jours froids", "wind": "Jours de vent", "event": "Événement", "works": "Travaux",
        "trends": "Qu’est-ce qui a changé au-delà du bruit ?",
        "more": "au-dessus", "less": "au-dessous", "own_limit": "au-delà de sa seule limite", "even": "–",
        "no_limit": "sans limite",
        "alarms": "changement au-delà du bruit|changements au-delà du bruit",
        "no_alarm": "Rien n’a changé au-delà du bruit.",
        "not_judged": "On ne peut encore rien dire d’un changement.",
        "trends_note": "Faits du {} au {}. {} Au-delà du bruit : si loin de l’attendu que de ce qui est marqué un sur "
        "dix au plus tient au hasard, en moyenne, tous secteurs et types pris ensemble. De petits nombres ne sont "
        "jamais donnés en pourcentage.",
        "held": "Comparés aux années d’avant à la même saison, tendance comprise.",
        "held_year": "Comparés à la moyenne des mêmes jours des années précédentes, sans tendance : une hausse ou une "
        "baisse régulière d’une année à l’autre y apparaît comme un écart.",
        "own_limit_note": "Au-delà de sa seule limite : parmi tant de secteurs et de types, quelques-uns le sont par "
        "hasard, et ce n’est pas compté comme un changement.",
        "first_of": "Les {} plus sûrs ; le CSV les a tous.",
        "no_trends": "Il n’y a pas encore de tendances sur cette durée.",
        "area": "Secteur", "incidents": "Faits", "limits": "Limites", "change": "Évolution",
        "whole_city": "Toute la ville", "finding": "En mots", "areas": "Tous les secteurs",
        "weeks": "Un an de semaines",
        "weeks_note": "Barres : les faits de chaque semaine. Ligne : l’attendu. Tirets : la limite haute, que le bruit "
        "dépasse rarement.",
        "weeks_more": "Au-dessus de la limite haute.",
        "weeks_less": "Au-dessous de la limite basse, qui n’est pas tracée.", "weeks_table": "Les semaines en tableau",
        "week_of": "Semaine du", "limit": "Limite",
        "record": "Qu’ont valu les prévisions ?",
        "record_note": "Les {} dernières semaines, {} faits ; dont dans les 5 % de surface classés en tête : {}.",
        "record_published": "Les prévisions telles que publiées.",
        "record_both": "Telles que publiées : {} de ces {} semaines. Les autres sont rejouées, chacune à partir de son "
        "seul passé.",
        "record_back_test": "Les faits d’aucune semaine publiée ne sont encore tous connus : voici des semaines "
        "passées, chacune refaite à partir de son seul passé.",
        "made": "Prévision", "published": "publiée", "back_test": "rejouée",
        "no_record": "Aucune prévision n’a encore été comparée aux faits d’une semaine entière.",
        "model": "modèle", "baseline": "comptage simple", "rate": "Dans les 5 % en tête", "score": "Score log",
        "coverage": "Carrés sous leur borne", "coverage_flagged": "en tête",
        "curve": "Ce que la prévision des lieux a capté",
        "curve_note": "Vers la droite : la part du territoire classée en tête, jusqu’à 20 %. Vers le haut : la part "
        "des faits qui s’y trouvaient. Plus haut est mieux ; la ligne de points, des lieux tirés au sort.",
        "part": "Part du territoire", "caught": "Part des faits",
        "level": "Combien en tout, par jour", "facts": "fait|faits",
        "level_note": "Sur {} semaines, chacune prévue d’après son seul passé, l’erreur de la prévision des jours est "
        "de {} par jour, celle du comptage saisonnier de {} (CRPS). Neuf jours sur dix devaient rester sous leur "
        "borne ; {} l’ont fait.",
        "level_published": "Tel que publié : {} jours, dont {} sous leur borne ; erreur moyenne de {} par jour, celle "
        "du comptage saisonnier de {}.",
        "gain": "Gain du modèle sur le comptage simple : {} [{} ; {}], intervalle à 95 % sur les mois.",
        "no_level": "Il n’y a pas encore de bilan par jour pour ce type.",
        "reliability": "Promis et observé",
        "reliability_note": "Chaque point : un dixième des jours, selon la chance promise de dépasser le seuil (vers "
        "la droite) et la part qui l’a dépassé (vers le haut). Sur la ligne, ce qui est promis arrive.",
        "promised": "Promis", "observed": "Observé", "day_count": "Jours",
        "promotions": "Quel modèle sert, et pourquoi", "when": "Décidé", "version": "Version", "decision": "Décision",
        "why": "Pourquoi", "promoted": "promu", "refused": "refusé", "retired": "retiré",
        "csv": "Ces tendances en CSV", "query": "Les requêtes derrière cette page",
    },
}  # fmt: skip
