"""A link of a given round trip in front of a server on this machine, which counts flights.

Octets arrive half a round trip after they were sent, in both directions, whatever their number: it
delays and does not narrow. The server's first words come two round trips after connecting, as over
a real link: one for TCP, one until the greeting is there. A flight is a run of the client's octets
between two of the server's, the TLS handshake included.
"""

import asyncio
import threading
import time


class DelayedLink:
    """Use it with `with`; the port to connect to is `port`."""

    def __init__(self, server_port, round_trip):
        self.server_port = server_port
        self.one_way = round_trip / 2
        self.flights = []
        self.loop = asyncio.new_event_loop()
        self.connections = set()

    def __enter__(self):
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait()
        return self

    def __exit__(self, *_):
        # What is still on its way to a program that is over.
        for _ in range(100):
            if not self.connections:
                break
            time.sleep(0.02)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def take_flights(self):
        """Those of every connection that ended since the last call."""
        taken, self.flights = self.flights, []
        return taken

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._connection, "127.0.0.1", 0, limit=1 << 20))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        server.close()
        self.loop.close()

    async def _connection(self, reader, writer):
        # The loop keeps no more than a weak reference to a task.
        self.connections.add(asyncio.current_task())
        # On a real link the client would know of the connection after a round trip only; here it
        # knows at once, and the server hears of it when the third packet would be there.
        await asyncio.sleep(3 * self.one_way)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        last, count = None, 0

        def saw(direction):
            nonlocal last, count
            count += direction == "client" and last != "client"
            last = direction

        await asyncio.gather(self._pump(reader, to_server, lambda: saw("client"), None),
                             self._pump(from_server, writer, None, lambda: saw("server")))
        self.flights.append(count)
        self.connections.discard(asyncio.current_task())

    async def _pump(self, reader, writer, on_read, on_write):
        """Both hooks look at the client's side: what it sends, and what reaches it."""
        queue = asyncio.Queue()

        async def deliver():
            while (item := await queue.get()) is not None:
                due, octets = item
                await asyncio.sleep(max(0, due - self.loop.time()))
                if not octets:
                    break
                if on_write:
                    on_write()
                writer.write(octets)
                await writer.drain()
            writer.close()

        delivery = self.loop.create_task(deliver())
        try:
            while octets := await reader.read(1 << 16):
                if on_read:
                    on_read()
                queue.put_nowait((self.loop.time() + self.one_way, octets))
        except ConnectionError:
            pass
        queue.put_nowait((self.loop.time() + self.one_way, b""))
        try:
            await delivery
        except ConnectionError:
            pass
