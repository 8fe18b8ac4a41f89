"""What the DPO relies on: lineage that can be walked, retention, erasure, and the upkeep of tables."""
