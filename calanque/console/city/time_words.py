"""The words of the page *Carte au fil du temps*, in English and French; its script has those of `of_script`."""

from typing import Any

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, Any]] = {
    "en": {
        "time": "Map over time", "city": "City", "kind": "Type", "show": "Show",
        "by_area": "By area, held against the days before", "clock": "Week", "window": "Summed over",
        "weeks": {1: "a week", 4: "4 weeks", 13: "13 weeks", 52: "a year"}, "layers": "Layers",
        "cells": "incidents, and what is likely", "planned": "planned events", "present": "what was measured",
        "event": "Events", "measure": "Measured", "all_of": "all", "layer": "Layer",
        "file_csv": "These squares as CSV", "file_geojson": "These squares as GeoJSON (QGIS)",
        "file_png": "This map as a picture",
        "play": "Play", "stop": "Stop", "earlier": "A week earlier", "later": "A week later", "legend": "Legend",
        "picture": "Map of {}: squares are darker where there are more incidents. The table beside says the same.",
        "table": "Areas", "area": "Area", "events": "Planned events",
        "event_kind": "Kind", "event_count": "Events", "conflict_count": "In conflict", "quantity": "Measured",
        "place_count": "Places", "means": "Mean of a reading, from – to",
        "no_script": "This page needs a script of this server, and WebGL. The same figures are on the page by area.",
        "no_week": "Nothing is known of the week of {}.", "query": "The queries behind this",
        "square": "A click on a square says its figure and its area; by "
        "keyboard, arrows move the map and Enter reads what lies in its middle.",
        "of_script": {
            "past": "{0} incident from {1} to {2}|{0} incidents from {1} to {2}",
            "likely": "{0} incident expected in the week of {1}|{0} incidents expected in the week of {1}",
            "after": "No incident is known or forecast in the week of {0}",
            "events": "{0} planned event, {1} of them in conflict|{0} planned events, {1} of them in conflict",
            "off_map": ", {0} without a place on the map", "figures": "{0} place measured|{0} places measured",
            "no_events": "No feed of this city says what is planned, and where",
            "no_figures": "Nothing was measured at a place of this city in this week",
            "why": "Months of its area, and why", "at_most": "; at most {0}, 9 times in 10",
            "by_counts": "; {0} by plain counts",
            "withheld": "withheld", "hours_withheld": "{0} hour withheld|{0} hours withheld", "over": "over {0}",
            "or_more": "{0} or more",
            "nothing": "No week of incidents is in the marts of this city yet",
            "up_to": "up to {0}", "between": "over {0}, up to {1}", "incidents": "incidents",
            "expected": "expected", "incidents_of_it": "incident|incidents", "expected_of_it": "expected",
            "incidents_here": "Incidents of a square",
            "expected_here": "Expected in a square", "in_conflict": "in conflict with another",
            "an_event": "planned event",
            "a_figure": "measured place", "failed": "Not shown: {0}", "loading": "The squares are on their way…",
            "outside": "outside the city", "from_to": "{0} to {1}",
            "persons": "{0} person expected|{0} persons expected",
            "no_gl": "This browser shows no map (WebGL is off); the table and the clock go on.",
        },
    },
    "fr": {
        "time": "Carte au fil du temps", "city": "Ville", "kind": "Type",
        "show": "Montrer", "by_area": "Par secteur, face aux jours d’avant", "clock": "Semaine",
        "window": "Somme sur", "weeks": {1: "une semaine", 4: "4 semaines", 13: "13 semaines", 52: "un an"},
        "layers": "Couches", "cells": "faits, et ce qui est probable", "planned": "événements prévus",
        "present": "ce qui a été mesuré",
        "event": "Événements", "measure": "Mesure", "all_of": "tous", "layer": "Couche",
        "file_csv": "Ces carrés en CSV", "file_geojson": "Ces carrés en GeoJSON (QGIS)",
        "file_png": "Cette carte en image",
        "play": "Lire", "stop": "Arrêter", "earlier": "Une semaine plus tôt",
        "later": "Une semaine plus tard", "legend": "Légende",
        "picture": "Carte de {} : carrés plus foncés là où il y a plus de faits. Le tableau à côté dit la même chose.",
        "table": "Secteurs", "area": "Secteur", "events": "Événements prévus",
        "event_kind": "Genre", "event_count": "Événements", "conflict_count": "En conflit", "quantity": "Mesure",
        "place_count": "Lieux", "means": "Moyenne d’un relevé, de – à",
        "no_script": "Cette page demande un script de ce serveur et WebGL. Les mêmes chiffres sont sur la page par "
        "secteur.",
        "no_week": "Rien n’est connu de la semaine du {}.",
        "query": "Les requêtes derrière cette page",
        "square": "Un clic sur un carré dit son chiffre et son secteur ; au "
        "clavier, les flèches déplacent la carte et Entrée lit ce qui est en son centre.",
        "of_script": {
            "past": "{0} fait du {1} au {2}|{0} faits du {1} au {2}",
            "likely": "{0} fait attendu la semaine du {1}|{0} faits attendus la semaine du {1}",
            "after": "Aucun fait connu ni prévu la semaine du {0}",
            "events": "{0} événement prévu, dont {1} en conflit|{0} événements prévus, dont {1} en conflit",
            "off_map": ", et {0} sans lieu sur la carte", "figures": "{0} lieu mesuré|{0} lieux mesurés",
            "no_events": "Aucun flux de cette ville ne dit ce qui est prévu, et où",
            "no_figures": "Rien n’a été mesuré en un lieu de cette ville cette semaine",
            "why": "Les mois de son secteur, et pourquoi", "at_most": " ; au plus {0}, 9 fois sur 10",
            "by_counts": " ; {0} par comptage simple",
            "withheld": "non diffusé", "hours_withheld": "{0} heure non diffusée|{0} heures non diffusées",
            "over": "plus de {0}",
            "or_more": "{0} ou plus",
            "nothing": "Aucune semaine de faits n’est encore dans les marts de cette ville",
            "up_to": "jusqu’à {0}", "between": "plus de {0}, jusqu’à {1}",
            "incidents": "faits", "expected": "attendus", "incidents_of_it": "fait|faits",
            "expected_of_it": "attendu|attendus", "incidents_here": "Faits d’un carré",
            "expected_here": "Attendus dans un carré", "in_conflict": "en conflit avec un autre",
            "an_event": "événement prévu", "a_figure": "lieu mesuré", "failed": "Rien à montrer : {0}",
            "loading": "Les carrés arrivent…", "outside": "hors de la ville", "from_to": "du {0} au {1}",
            "persons": "{0} personne attendue|{0} personnes attendues",
            "no_gl": "Ce navigateur ne montre pas de carte (WebGL est coupé) ; le tableau et l’horloge restent.",
        },
    },
}  # fmt: skip

QUANTITIES: dict[Language, dict[str, str]] = {
    "en": {
        "detected_animal": "animals seen", "detected_bag": "bags seen", "detected_bicycle": "bicycles seen",
        "detected_human": "persons seen, counted alone", "detected_vehicle": "vehicles seen",
        "free_places": "free parking places", "humidity": "humidity", "mean_speed": "mean speed",
        "passers_by": "passers-by", "posts_dirt": "posts about dirt", "posts_gathering": "posts about gatherings",
        "posts_noise": "posts about noise", "present_day_visitors": "day visitors present",
        "present_residents": "residents present", "present_tourists": "tourists present", "rain": "rain",
        "road_occupancy": "road occupancy", "sound_level": "sound level", "temperature": "temperature",
        "vehicle_flow": "flow of vehicles", "wind_speed": "wind speed",
    },
    "fr": {
        "detected_animal": "animaux vus", "detected_bag": "bagages vus", "detected_bicycle": "vélos vus",
        "detected_human": "personnes vues, comptées seulement", "detected_vehicle": "véhicules vus",
        "free_places": "places de stationnement libres", "humidity": "humidité", "mean_speed": "vitesse moyenne",
        "passers_by": "passants", "posts_dirt": "publications sur la saleté",
        "posts_gathering": "publications sur des rassemblements", "posts_noise": "publications sur le bruit",
        "present_day_visitors": "visiteurs d’un jour présents", "present_residents": "résidents présents",
        "present_tourists": "touristes présents", "rain": "pluie", "road_occupancy": "occupation de la voie",
        "sound_level": "niveau sonore", "temperature": "température", "vehicle_flow": "débit de véhicules",
        "wind_speed": "vitesse du vent",
    },
}  # fmt: skip
"""Measured quantities; one that a contract names otherwise is shown by its own word."""

UNITS: dict[Language, dict[str, str]] = {
    "en": {
        "objects": "", "persons": "", "places": "", "posts": "", "percent": "%", "km_per_hour": "km/h",
        "millimetre": "mm", "decibel_a": "dB(A)", "degree_celsius": "°C", "vehicles_per_hour": "an hour",
        "metre_per_second": "m/s",
    },
    "fr": {
        "objects": "", "persons": "", "places": "", "posts": "", "percent": "%", "km_per_hour": "km/h",
        "millimetre": "mm", "decibel_a": "dB(A)", "degree_celsius": "°C", "vehicles_per_hour": "par heure",
        "metre_per_second": "m/s",
    },
}  # fmt: skip
"""Units by the contract's word; what is counted is its own unit."""
