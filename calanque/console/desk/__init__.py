"""The desk of the DPO: register, retention and journal."""
