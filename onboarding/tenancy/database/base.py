import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Before each request Django asks a kept connection `SELECT 1`, which costs a round trip of every fast answer.

    A server that has gone away closes its end, and a closed socket is readable at once: that is seen without asking.
    Only a socket with something to read is asked in full.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return super().is_usable() if waiting.poll(0) else True
