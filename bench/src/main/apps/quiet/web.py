"""The quiet neighbour: answers every request at once, and does nothing else."""

import asyncio
import os

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nquiet\n"
END = b"\r\n\r\n"


class Quiet(asyncio.Protocol):
    """One kept-alive connection; requests have no body."""

    def __init__(self) -> None:
        self.rest = b""

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        requests = (self.rest + data).split(END)
        self.rest = requests.pop()
        if requests:
            self.transport.write(ANSWER * len(requests))


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Quiet, "0.0.0.0", int(os.environ["PORT"]))
    await server.serve_forever()


asyncio.run(main())
