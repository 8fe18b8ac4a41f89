"""The way of a batch: fetch, land, read and type, protect, gate, publish; one verb a module, `batch.py` is the way."""
