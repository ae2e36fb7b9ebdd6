"""What attacks need: a hospital where every kind of page has something to show, all its pages and
forms as each role finds them, and a digest of all facts to see that nothing changed."""
import collections, hashlib, html, re, sqlite3, urllib.parse

from harness import need
from matrix import QUERY, SLOW, instances, prepare
from matrix_things import Things
from matrix_world import NOWHERE, ROLES, Person, Place

# Made by time and not by a request, or derived from what is compared anyway.
BY_ITSELF = ("access", "node", "checkpoint", "signer", "meta")
# Of a session: when it was last used. It stands for the person at the screen, not for a fact.
SESSION = "token, account, created, reauth, pending, locked, terminal, mark, factors"
# Without the time of last use.
KEY = "id, kind, account, hash, label, scope, made, expires"
STAFF = "職員番号,氏名,部署\r\nS901,見本 六郎,事務部\r\nS902,見本 七子,看護部\r\n"
IDS = "アカウント,氏名\r\nrokuro,見本 六郎\r\nnanako,見本 七子\r\n"


def digest(data):
    """One hash per table and of the files, without the leaves that note what was used."""
    db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    found = {}
    try:
        db.execute("BEGIN")
        noted = {n for n, in db.execute("SELECT seq FROM access")}
        # The state of the clock and what anchors report come by themselves.
        noted |= {n for n, in db.execute("SELECT seq FROM leaf WHERE instr(CAST(rec AS TEXT), "
                                         "'\"kind\":\"anchor\"')")}
        tables = [t for t, in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_fts%' "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name") if t not in BY_ITSELF]
        for table in tables:
            columns = {"session": SESSION, "token": KEY}.get(table, "*")
            rows = sorted(repr(r) for r in db.execute(f"SELECT {columns} FROM {table}")
                          if not is_noted(table, r, noted))
            found[table] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    finally:
        db.close()
    for folder in ("files", "keys", "tls", "work"):
        for path in sorted((data / folder).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(data))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def is_noted(table, row, noted):
    """Whether a row belongs to an access event."""
    return (table == "leaf" and row[0] in noted) or (table == "part" and row[0] >> 3 in noted) or \
        (table == "idempotency" and row[2] in noted)


def changes(before, after):
    return {k: (before.get(k), after.get(k)) for k in before.keys() | after.keys()
            if before.get(k) != after.get(k)}


class Target:
    """A furnished hospital behind a running server."""
    def __init__(self, world):
        self.place = Place(world)
        self.place.things = Things(self.place)
        self.world, self.data, self.people, self.found = world, self.place.data, {}, {}
        self.routes = {r: a["routes"] for r, a in self.place.audit.items()}

    def open(self, server):
        self.server = server
        prepare(self.place, server)
        self.furnish(self.person("planner"))
        return self

    def person(self, role):
        if role not in self.people:
            self.people[role] = Person(self.server.port, role,
                                       self.place.code if role == "inspector" else None)
        return self.people[role]

    def furnish(self, planner):
        """What pages show only when somebody has begun something."""
        b = planner.browser
        self.begun = []
        for page, action, name, text in (
                ("/people", "/people/list", "staff.csv", STAFF),
                ("/stocktakes", "/stocktakes/list", "ids.csv", IDS),
                ("/ledger/contacts/import", "/import", "contacts.csv", "氏名,電話\r\n甲,1\r\n")):
            at = b.get(page)
            fields = at.form(action)["fields"]
            fields[:] = [(n, v or {"system": "検査システム"}.get(n, "")) for n, v in fields]
            done = b.upload(at, action, "file", name, text.encode(), follow=False)
            need(done.status == 303, f"cannot upload on {page}: {done.text[:300]}")
            self.begun.append(done.headers["Location"])
        # An account belongs to somebody of the staff ledger: the first the page offers.
        offered = re.search(r'<datalist id="staff-names"><option value="([^"]+)"',
                            b.get("/accounts").body.decode())
        staff = html.unescape(offered[1]) if offered else ""
        for page, action, fields in (
                ("/accounts", "/accounts", {"login": "m-extra", "name": "見本 八郎",
                                            "role": "staff", "staff": staff}),):
            done = b.submit(b.get(page), action, follow=False, **fields)
            need(done.status in (200, 303), f"cannot begin {page}: {done.text[:300]}")
            self.begun += [done.headers["Location"]] if done.status == 303 else []

    # Routes whose pages are alike, and so many that nothing else would be reached.
    ALIKE = {"/catalogues/{catalogue}": 3, "/catalogues/{catalogue}/{item}": 6,
             "/crosswalks/{from}/{to}": 3, "/requirements": 6, "/glossary": 3}

    def crawl(self, role, most=400):
        """Every page a role finds: instances of every GET route and the links from there."""
        if role in self.found:
            return self.found[role]
        person, pages, seen, alike = self.person(role), {}, set(), collections.Counter()
        waiting = ["/"] + self.begun + list(self.instance_paths(role))
        while waiting and len(seen) < most + 200:
            path = waiting.pop(0).split("#")[0]
            if path in seen or not path.startswith("/") or path.startswith("/static") or \
                    self.is_slow(path):
                continue
            pattern = self.pattern("GET", path)
            if alike[pattern] >= self.ALIKE.get(pattern, most):
                continue
            alike[pattern] += 1
            seen.add(path)
            page = person.ask("GET", path)
            need(page.status < 500, f"{role} GET {path}: {page.status} {page.text[:200]}")
            if page.status == 303:
                waiting.append(page.headers["Location"])
            if page.status == 200 and page.headers["Content-Type"].startswith("text/html"):
                pages[path] = page
                waiting += page.links if len(seen) < most else []
        self.found[role] = pages
        return pages

    def instance_paths(self, role):
        for route in self.routes[role]:
            if route["method"] == "GET" and route["pattern"] not in SLOW:
                for kind, _, values in instances(self.place, route):
                    if kind in ("own", "voided"):
                        yield fill(route["pattern"], values) + QUERY.get(route["pattern"], "")

    def is_slow(self, path):
        return any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", p), path.split("?")[0]) for p in SLOW) \
            or path.split("?")[0].endswith("/pdf")

    def pattern(self, method, path):
        """The route a path belongs to; literal segments win."""
        path = path.split("?")[0]
        fits = [r["pattern"] for r in self.routes["planner"] if r["method"] == method and
                re.fullmatch(re.sub(r"{\w+}", "[^/]+", r["pattern"]), path)]
        return min(fits, key=lambda p: p.count("{")) if fits else None

    def forms(self, role):
        """One form for each route and set of names: (pattern, address of its page, form)."""
        kinds = {}
        for path, page in self.crawl(role).items():
            for form in page.forms:
                pattern = self.pattern("POST", form["action"] or path)
                if form["method"] == "post" and pattern:
                    ledger = re.match("/ledger/[^/]+/(new|entry)", form["action"] or path)
                    of = form["action"].split("/")[2] if ledger and form["action"] else ""
                    kinds.setdefault((pattern, of, frozenset(form["names"])),
                                     (pattern, path, {**form, "action": form["action"] or path}))
        return list(kinds.values())


def fill(pattern, values):
    return re.sub(r"{(\w+)}", lambda m: urllib.parse.quote(values[m[1]], safe="-()"), pattern)
