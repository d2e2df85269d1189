"""Somebody else's page, on a server and an origin of its own, with the strict content security policy of a careful host."""

import contextlib
import http.server
import threading
from collections.abc import Iterator

STRICT = "default-src 'self'; script-src 'self' {cairn}; connect-src {cairn} {more}; style-src 'self'"
PAGE = """<!doctype html>
<html lang="en"{root}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Host</title><link rel="stylesheet" href="/host.css"><script src="/before.js"></script>
<script{nonce} src="{cairn}/widget/v1.js" async></script></head>
<body><h1>Host page</h1><button id="press" type="button">Press</button><output id="presses">0</output>{body}
<script src="/host.js"></script></body></html>
"""
COUNTER = """
document.getElementById('press').addEventListener('click', () => { presses.textContent = Number(presses.textContent) + 1 })
"""


class Host:
    """Pages of a host. `address` for a browser; `answers` maps a path to (content type, text), and may change at any time."""

    def __init__(self, server: http.server.ThreadingHTTPServer):
        self.address = f"http://127.0.0.1:{server.server_port}"
        self.policy = "default-src 'self'"
        self.answers: dict[str, tuple[str, str]] = {"/favicon.ico": ("image/svg+xml", "<svg/>")}

    def show(self, cairn: str, body: str, *, root="", css="", before="", script="", connect="", nonce="") -> str:
        """Put up the page at / that loads Cairn's script, and return its address; `connect` names further servers it may ask.

        With a nonce the policy names no address that scripts may come from.
        """
        self.policy = STRICT.format(cairn=cairn, more=connect)
        if nonce:
            self.policy = self.policy.replace(f"script-src 'self' {cairn}", f"script-src 'self' 'nonce-{nonce}'")
        self.answers |= {
            "/": (
                "text/html",
                PAGE.format(
                    cairn=cairn, body=body, root=f" {root}" if root else "", nonce=f' nonce="{nonce}"' if nonce else ""
                ),
            ),
            "/host.css": ("text/css", css),
            "/before.js": ("text/javascript", before),
            "/host.js": ("text/javascript", COUNTER + script),
        }
        return f"{self.address}/"


@contextlib.contextmanager
def host_page() -> Iterator[Host]:
    """A host's server on a free port of the loopback; gone at the end."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            kind, text = host.answers.get(self.path.partition("?")[0], ("", ""))
            content = text.encode()
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", host.policy)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*, Authorization")
            self.end_headers()
            self.wfile.write(content)

        do_OPTIONS = do_GET

        def log_message(self, *ignored):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
