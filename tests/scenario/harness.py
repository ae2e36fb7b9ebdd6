"""What the scenarios share: running the program, its server and a browser without JavaScript.

A scenario file registers functions with @scenario and ends with main(). Each function gets a World:
its own temporary folder and the program to test. Standard library only.
"""
import hashlib, html.parser, http.client, json, os, pathlib, re, shutil, signal, sqlite3, ssl
import subprocess, sys, tempfile, threading, time, traceback, urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORG = "見本病院"
PASSWORD = "mihon-no-kagi-2026"
# What a sanitizer or the C library writes when the program broke.
BROKEN = re.compile(rb"AddressSanitizer|LeakSanitizer|UndefinedBehavior|runtime error:|"
                    rb"Assertion .* failed|stack smashing|double free|corrupted size")
_scenarios = []
os.environ.setdefault("LSAN_OPTIONS",
                      f"suppressions={ROOT}/tests/lsan.supp:print_suppressions=0")


class Skip(Exception):
    """The machine lacks something; shown, and not counted as passed."""


def scenario(function):
    _scenarios.append(function)
    return function


def need(condition, text):
    if not condition:
        raise AssertionError(text)


def japanese(text):
    return re.search("[぀-ヿ一-鿿]", text) is not None


class Result:
    def __init__(self, command, done):
        self.command, self.code = command, done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")
        need(self.code >= 0, f"{command} was killed by signal {-self.code}\n{self.err}")
        need(not BROKEN.search(done.stderr), f"{command}\n{self.err}")

    def exits(self, *codes):
        need(self.code in codes, f"{self.command}: exit {self.code}, wanted {codes}\n"
                                 f"{self.out[-1500:]}\n{self.err[-3000:]}")
        return self

    def says(self, *words):
        for word in words:
            need(word in self.out + self.err, f"{self.command} does not say {word!r}:\n"
                                              f"{self.out[-1500:]}\n{self.err[-3000:]}")
        return self

    def complains(self, *words):
        """A Japanese message on standard error that holds every word."""
        need(japanese(self.err), f"{self.command}: no message in Japanese:\n{self.err}")
        for word in words:
            need(word in self.err, f"{self.command} does not say {word!r}:\n{self.err[-3000:]}")
        return self

    def json(self):
        return json.loads(self.out)


def children_see(limit_bytes):
    import resource
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


class World:
    """One scenario's folder and the program."""
    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)

    def run(self, *args, stdin=b"", timeout=300, cwd=None):
        command = [str(a) for a in args]
        done = subprocess.run([self.program] + command, input=stdin, capture_output=True,
                              timeout=timeout, cwd=cwd)
        return Result("daicho " + " ".join(command), done)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def init(self, name="data"):
        data = self.folder / name
        self.run("init", data, "--org", ORG, "--kind", "hospital").exits(0)
        return data

    def user(self, data, login, role, name="見本 花子", *options):
        self.run("user", "add", data, login, "--name", name, "--role", role, *options,
                 "--password-stdin", stdin=PASSWORD.encode() + b"\n").exits(0)

    def copy(self, data, name):
        to = self.folder / name
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(data, to)
        return to

    def export(self, data, ledger="devices"):
        return self.run("export", data, ledger, "--format", "json").exits(0).out


def entries(text):
    """The entries of an export in JSON, whatever stands around the list."""
    value = json.loads(text)
    return value if isinstance(value, list) else value["entries"]


def leaf_count(data):
    with_db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    try:
        return with_db.execute("SELECT count(*) FROM leaf").fetchone()[0]
    finally:
        with_db.close()


def fact_count(data):
    """Leaves that say something about the hospital: who looked and signed in is not counted."""
    with_db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    try:
        return with_db.execute("SELECT (SELECT count(*) FROM leaf) - (SELECT count(*) FROM access)") \
            .fetchone()[0]
    finally:
        with_db.close()


def digest(folder):
    """Names and bytes of all files, to see that nothing changed."""
    h = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*")):
        h.update(str(path.relative_to(folder)).encode() + b"\0")
        if path.is_file():
            h.update(path.read_bytes())
    return h.hexdigest()


# --- the server --------------------------------------------------------------------

class Server:
    """daicho serve on a free port. Its standard error, the log, goes to a file."""
    def __init__(self, world, data, name="serve", options=(), environment=None):
        self.world, self.data = world, data
        self.log = world.folder / (name + ".log")
        self.errors = open(self.log, "ab")
        self.process = subprocess.Popen(
            [world.program, "serve", str(data), "--listen", "127.0.0.1:0", *options],
            stdout=subprocess.PIPE, stderr=self.errors, env=environment)
        first = self.process.stdout.readline().decode()
        port = re.search(r"https://[^:]+:(\d+)", first)
        need(port, f"serve does not start: {first}{self.text()[-2000:]}")
        self.port = int(port[1])

    def text(self):
        return self.log.read_bytes().decode("utf-8", "replace")

    def finish(self):
        self.process.stdout.close()
        self.errors.close()
        need(not BROKEN.search(self.log.read_bytes()), self.text()[-4000:])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.finish()

    def stop(self, timeout=60):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.finish()
        need(code == 0, f"serve ended with {code} on SIGTERM\n{self.text()[-2000:]}")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.stop() if kind is None else self.kill()


# --- a browser ---------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """Text, links and forms of one answer."""
    def __init__(self, status, headers, body):
        super().__init__(convert_charrefs=True)
        self.status, self.headers, self.body = status, headers, body
        self.forms, self.links, self.words = [], [], []
        self._select = self._area = self._quiet = None
        if headers.get("Content-Type", "").startswith("text/html"):
            self.feed(body.decode())
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            # names: of every control, also of those that would not be sent as they stand.
            self.forms.append({"action": a.get("action", ""), "fields": [], "buttons": [],
                               "names": set(), "method": a.get("method", "get").lower()})
        elif tag == "a":
            self.links.append(a.get("href", ""))
        elif tag in ("script", "style"):
            self._quiet = tag
        elif self.forms and tag == "button" and "name" in a:
            self.forms[-1]["names"].add(a["name"])
            self.forms[-1]["buttons"].append((a["name"], a.get("value", "")))
        elif self.forms and tag == "input" and "name" in a:
            self.forms[-1]["names"].add(a["name"])
            if a.get("type") not in ("checkbox", "radio", "file") or "checked" in a:
                self._field(a["name"], a.get("value", ""))
        elif tag == "textarea" and self.forms and "name" in a:
            self._area = a["name"], []
        elif tag == "select" and self.forms and "name" in a:
            self._select = [a["name"], None]
        elif tag == "option" and self._select:
            if self._select[1] is None or "selected" in a:
                self._select[1] = a.get("value", "")

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area:
            self._field(self._area[0], "".join(self._area[1]))
            self._area = None
        elif tag == "select" and self._select:
            self._field(self._select[0], self._select[1] or "")
            self._select = None
        elif tag == self._quiet:
            self._quiet = None

    def handle_data(self, data):
        if self._area:
            self._area[1].append(data)
        elif not self._quiet:
            self.words.append(data)

    def _field(self, name, value):
        self.forms[-1]["names"].add(name)
        self.forms[-1]["fields"].append((name, value))

    def form(self, action):
        for form in self.forms:
            if form["action"].split("?")[0].endswith(action):
                return form
        raise AssertionError(f"no form {action} among {[f['action'] for f in self.forms]}\n"
                             f"{self.status} {self.text[:800]}")


class Browser:
    """Cookies, forms and redirects over one kept connection; TLS certificate is self-made."""
    context = ssl._create_unverified_context()

    def __init__(self, port, timeout=120, address=None):
        self.port, self.timeout, self.cookies, self.connection = port, timeout, {}, None
        self.used, self.source = 0, (address, 0) if address else None

    def send(self, method, path, body=None, headers=None):
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
                   **(headers or {})}
        # The server closes what nobody uses; a POST must not be the one to find out.
        if time.monotonic() - self.used > 5:
            self.close()
        self.used = time.monotonic()
        kept = self.connection is not None
        if not kept:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port,
                                                          timeout=self.timeout, context=self.context,
                                                          source_address=self.source)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            # The server may close an idle connection; asking again is harmless for a GET.
            if kept and method == "GET":
                return self.send(method, path, body, headers)
            raise
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        if answer.getheader("Connection", "").lower() == "close":
            self.close()
        return Page(answer.status, answer.headers, content)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def get(self, path):
        page = self.send("GET", path)
        while page.status in (301, 302, 303):
            page = self.send("GET", page.headers["Location"])
        return page

    def post(self, path, fields, follow=True):
        body = urllib.parse.urlencode(fields)
        page = self.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return self.get(page.headers["Location"]) if follow and page.status == 303 else page

    def submit(self, page, action, follow=True, **changes):
        form = page.form(action)
        fields = [(n, v) for n, v in form["fields"] if n not in changes]
        return self.post(form["action"], fields + list(changes.items()), follow)

    def upload(self, page, action, field, name, content, follow=True):
        return self.upload_all(page, action, {field: (name, content)}, follow)

    def upload_all(self, page, action, files, follow=True, **changes):
        """`files`: {field: (name, content)}."""
        mark, form = "----daicho-scenario", page.form(action)
        fields = [(n, v) for n, v in form["fields"] if n not in changes] + list(changes.items())
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode()
                 for n, v in fields]
        for field, (name, content) in files.items():
            parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; '
                         f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode()
                         + content + b"\r\n")
        answer = self.send("POST", form["action"], b"".join(parts) + f"--{mark}--\r\n".encode(),
                           {"Content-Type": f"multipart/form-data; boundary={mark}"})
        return self.get(answer.headers["Location"]) if follow and answer.status == 303 else answer

    def sign_in(self, login, password=PASSWORD):
        page = self.submit(self.get("/signin"), "/signin", login=login, password=password)
        need("__Host-daicho" in self.cookies and page.status == 200, page.text[:600])
        return page


def receipt_of(location):
    found = re.search(r"[?&]done=(\d+)", location or "")
    return int(found[1]) if found else None


# --- running -----------------------------------------------------------------------

def main():
    program = os.path.abspath(sys.argv[1])
    only = sys.argv[2:]
    passed = failed = 0
    # A file may take helpers from another one; the scenarios of that one stay there.
    for function in [f for f in _scenarios if f.__module__ == "__main__"]:
        name = function.__name__
        if only and not any(word in name for word in only):
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="daicho-scenario-") as folder:
            try:
                function(World(program, folder))
                passed += 1
                print(f"ok    {name} ({time.monotonic() - start:.1f} s)", flush=True)
            except Skip as why:
                print(f"SKIP  {name}: {why}", flush=True)
            except Exception as why:
                failed += 1
                at = [f for f in traceback.extract_tb(why.__traceback__) if f.name != "need"]
                where = " < ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in at[:0:-1])
                print(f"FAIL  {name}\n      {where}\n{type(why).__name__}: {why}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
