"""The services: what each one is, what it needs, how it starts, and how we know that it is ready."""
