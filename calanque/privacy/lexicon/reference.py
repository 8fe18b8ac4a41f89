"""What the rules take from their time and place, as data: a text is read alike whenever and wherever it is read."""

REFERENCE_YEAR = 2026
"""Of this pack, raised with it: the year in which a text without a later one is taken to be written."""
POSTCODE_STARTS = ("13", "69", "75")
"""Departments of the towns that have districts, and so postcodes of every ending (La Poste, base Hexaposte)."""
