"""A job with --bask-dashboard: who gets its page, and that nobody can disturb the job.

usage: served_job.py TASKBENCH [MPIRUN… ]
"""
import glob
import json
import os
import random
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

taskbench, mpirun = os.path.abspath(sys.argv[1]), sys.argv[2:]
scratch = tempfile.TemporaryDirectory()


def check(name, condition, *shown):
    assert condition, (name, *shown)
    print("ok:", name)


def start(name, steps):
    folder = os.path.join(scratch.name, name)
    os.mkdir(folder)
    command = [*mpirun, taskbench, "-steps", str(steps), "-iter", "20000", "--repeat", "1", "--min-seconds", "0", "--bask-dashboard"]
    job = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 30
    while not (found := glob.glob(os.path.join(folder, "*.url"))) or os.path.getsize(found[0]) == 0:
        assert time.time() < deadline and job.poll() is None, "no address"
        time.sleep(0.05)
    with open(found[0]) as file:
        return job, file.read().strip(), found[0]


def status(url, method="GET", data=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, data=data), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def raw(port, data, wait=3):
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        try:
            connection.sendall(data)
            return connection.recv(4096)
        except OSError:
            return b""


def states(url, count):
    base, query = url.split("?")
    with urllib.request.urlopen(base + "events?" + query, timeout=20) as answer:
        found = []
        while len(found) < count:
            line = answer.readline()
            assert line, "the events have ended"
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
        return found


job, url, address = start("long", 6000)
try:
    base, token = url.split("/?token=")
    port = int(base.rsplit(":", 1)[1])
    check("the address is its owner's alone", stat.S_IMODE(os.stat(address).st_mode) == 0o600)
    check("the token is long", len(token) == 32)
    with open(f"/proc/{job.pid}/cmdline") as file:
        check("it is not on the command line", token not in file.read())

    code, page = status(url)
    check("with the token there is the page", code == 200 and page.startswith(b"<!DOCTYPE html>"), code, page[:40])
    for path in ["/", "/events"]:
        asked = urllib.request.Request(base + path + "?token=" + token, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
        with urllib.request.urlopen(asked, timeout=20) as answer:
            check("no time of the job is spent to compress " + path, answer.headers["Content-Encoding"] is None)
    check("which is without a state", b'id="state"></script>' in page)
    for other in ["/", "/?token=", "/?token=" + "0" * 32, "/?token=" + token[:-1], "/events", "/etc/passwd", "/../../etc/passwd"]:
        check("without it, no " + other, status(base + other)[0] == 403)
    for other in ["/state.json", "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/events/..", "//etc/passwd"]:
        code, text = status(base + other + "?token=" + token)
        check("no file behind " + other, code == 404 and b"root:" not in text, code)
    for method in ["POST", "PUT", "DELETE", "OPTIONS"]:
        code, _ = status(url, method, b"x" * 100 if method in ("POST", "PUT") else None)
        check("nothing can be changed by " + method, code in (403, 413), code)
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        check("it listens on 127.0.0.1 alone", other.connect_ex(("127.0.0.2", port)) != 0)

    found = states(url, 2)
    check("states come each second", found[1]["job"]["now"] > found[0]["job"]["now"] and found[0]["format"] == 1)

    pages = []
    refused = None
    while refused is None and len(pages) < 10:
        try:
            pages.append(urllib.request.urlopen(base + "/events?token=" + token, timeout=20))
        except urllib.error.HTTPError as error:
            refused = error.code
    check("more pages than six are refused", refused == 503 and 5 <= len(pages) <= 6, refused, len(pages))
    check("and the page itself is still there", status(url)[0] == 200)
    for page in pages:
        page.close()

    random.seed(4)
    for _ in range(30):
        raw(port, random.randbytes(random.randrange(1, 3000)), wait=0.05) if random.random() < 0.5 else raw(
            port, b"GET /?token=" + random.randbytes(20).hex().encode() + b" HTTP/1.1\r\n\r\n", wait=1)
    raw(port, b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n")
    raw(port, b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n")
    raw(port, b"POST /?token=" + token.encode() + b" HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", wait=1)
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for connection in slow:
        connection.sendall(b"GET /?to")
    for _ in range(100):
        raw(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", wait=30)
    check("after hostile requests the page is there", status(url)[0] == 200)
    for connection in slow:
        connection.close()
    out, err = job.communicate(timeout=80)
    check("and the job ends as ever", job.returncode == 0 and "stencil_1d" in out, job.returncode, err)
    check("its log has no token", token not in out + err, err)
    check("but the command for a tunnel", f"ssh -N -L {port}:localhost:{port}" in err, err)
    check("the address goes with the job", not os.path.exists(address))
finally:
    job.kill()
