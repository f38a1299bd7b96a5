"""How a peer runs a work. A module here imports the peer's library only when its `prepare` is called."""
