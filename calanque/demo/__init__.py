"""The demo: the main job through the scheduler, and the summary a person reads."""
