"""A reverse proxy on loopback in front of an API of the emulator.

ministack tells its APIs by the Host header, and an issuer has one host: so this listens where the issuer says, names the
API in the Host header of each request, and passes on everything else byte by byte, in both directions, with keep-alive.
"""

import asyncio
import threading


class Gateway:
    """Listens at once; `lead_to` says where, before the first request."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._upstream, self._said = None, {}
        self._connections = set()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def lead_to(self, port, **headers):
        """Where requests go, and what is said there instead of what the client said: `host` at least."""
        self._upstream = "127.0.0.1", port
        self._said = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}

    def stop(self):
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _close(self):
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, client, answers):
        # A loop holds its tasks weakly.
        self._connections.add(task := asyncio.current_task())
        task.add_done_callback(self._connections.discard)
        try:
            upstream, requests = await asyncio.open_connection(*self._upstream)
        except OSError:
            answers.close()
            return
        back = asyncio.create_task(self._pass_on(upstream, answers))
        try:
            while await self._request(client, requests):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            requests.close()
            answers.close()
            await back

    async def _request(self, client, requests):
        """Passes one request on; false when there is none any more."""
        try:
            head = await client.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        first, *lines = head[:-4].split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in self._said]
        said = [name + b": " + value for name, value in self._said.items()]
        requests.write(b"\r\n".join([first, *said, *kept]) + b"\r\n\r\n")
        if b"chunked" in headers.get(b"transfer-encoding", b""):
            await self._chunks(client, requests)
        else:
            requests.write(await client.readexactly(int(headers.get(b"content-length", 0))))
        await requests.drain()
        return True

    async def _chunks(self, client, requests):
        size = -1
        while size != 0:
            line = await client.readuntil(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            requests.write(line + await client.readexactly(size + 2))

    async def _pass_on(self, upstream, answers):
        try:
            while some := await upstream.read(65536):
                answers.write(some)
                await answers.drain()
        except OSError:
            pass
        answers.close()
