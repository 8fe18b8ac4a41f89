"""The weights by which `calanque.privacy.persons` finds names, made from marked texts of this repository."""
