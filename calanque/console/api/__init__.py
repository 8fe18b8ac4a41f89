"""The marts for programs, as OGC API Features: QGIS opens what the console shows, and the door says who sees what."""
