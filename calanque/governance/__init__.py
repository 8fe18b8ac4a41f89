"""What the DPO relies on: lineage that can be walked, and the state that says what has to run again."""
