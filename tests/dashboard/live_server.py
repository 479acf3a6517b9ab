"""live_server.py: serves the page as a job does: the page at /, its states as Server-Sent Events at /events."""
import http.server
import queue
import threading

TOKEN = "token=1f3c"


class LiveServer:
    def __init__(self, page, port=0):
        self.page = page.encode()
        self.asked = []             # the paths of all requests
        self.connections = []       # a queue of texts for each reader of events; None ends it
        self.connected = threading.Semaphore(0)
        self.last = None            # a new reader gets it at once
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                if self.path == f"/?{TOKEN}":
                    self.send("text/html; charset=utf-8", outer.page)
                elif self.path == f"/events?{TOKEN}":
                    self.send("text/event-stream", None)
                    outer.feed(self.wfile)
                else:
                    self.send_error(403)

            def send(self, kind, body):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                if body is not None:
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/?{TOKEN}"

    def feed(self, file):
        texts = queue.Queue()
        if self.last is not None:
            texts.put(self.last)
        self.connections.append(texts)
        self.connected.release()
        try:
            while (text := texts.get()) is not None:
                file.write(b"data: " + text.encode() + b"\n\n")
        except OSError:
            pass   # the reader has gone
        self.connections.remove(texts)

    def send(self, text):
        self.last = text
        for texts in list(self.connections):
            texts.put(text)

    def close(self):
        """Ends all connections, and the server."""
        for texts in list(self.connections):
            texts.put(None)
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
