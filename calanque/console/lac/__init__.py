"""The state of the lake: feeds, batches, gates, marts and models, and what an engineer does about them."""
