"""The bot over real sockets, against a small Discord of our own on loopback."""
