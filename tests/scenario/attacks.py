#!/usr/bin/env python3
"""Attacks on every route of a real server: forged posts, changes by GET, fields that do not belong,
SQL in every parameter. Routes, pages and forms come from the program and its pages, so that a new
screen is attacked without a word here. usage: attacks.py PROGRAM [WORD]"""
import collections, fnmatch, random, re, sqlite3, time, urllib.parse

from attack_world import Target, changes, digest, fill
from harness import ROOT, Browser, Server, main, need, scenario
from matrix import FIELDS, instances
from matrix_world import ROLES, Person

FORM = "application/x-www-form-urlencoded"
EVIL = "https://evil.example"
# What csrf.c says; a control with the right token must not hear it.
FORGED = re.compile("ほかのサイトから送られた操作|画面を開いてから時間がたった")


def target(w):
    t = Target(w)
    return t, Server(w, t.data)


def fail(problems, tried):
    need(not problems, f"{len(problems)} of {tried} attacks succeeded:\n" + "\n".join(problems[:200]))


def settle():
    time.sleep(0.3)     # what is noted of use is written by a queue


# --- forged posts -------------------------------------------------------------------------

def posts(t):
    """One request for each POST route as who may send it: (role, pattern, path, fields)."""
    done = {}
    for role in ROLES[1:] + ROLES[:1]:     # the planner first, who may do most
        for pattern, _, form in t.forms(role):
            fields = dict(form["fields"]) | dict(form["buttons"][:1])
            done.setdefault(pattern, (role, pattern, form["action"], fields))
    for role in ROLES[1:] + ROLES[:1]:
        for route in t.routes[role]:
            if route["method"] == "POST" and route["allowed"] and route["pattern"] not in done:
                _, _, values = next(instances(t.place, route))
                fields = dict(FIELDS.get(route["pattern"], ())) | {
                    "csrf": right_token(t, role, route["pattern"])}
                done[route["pattern"]] = role, route["pattern"], fill(route["pattern"], values), fields
    missing = {r["pattern"] for r in t.routes["planner"] if r["method"] == "POST"} - done.keys()
    need(not missing, f"nobody may send {sorted(missing)}")
    return list(done.values())


def right_token(t, role, pattern):
    """That of the session, or before signing in that of the form's cookie."""
    route = next(r for r in t.routes[role] if (r["method"], r["pattern"]) == ("POST", pattern))
    if route["permission"] not in ("PUBLIC", "LINK"):
        return t.person(role).token()
    return dict(t.person(role).browser.get("/signin").form("/signin")["fields"])["csrf"]


def foreign_tokens(t, role):
    """Tokens that are right for somebody: another person, the same one before, another browser."""
    other = t.person("auditor" if role != "auditor" else "operator")
    old = Person(t.server.port, role, t.place.code if role == "inspector" else None)
    token = old.token()
    old.browser.post("/signout", [("csrf", token)])
    stranger = Browser(t.server.port)
    signin = dict(stranger.get("/signin").form("/signin")["fields"])["csrf"]
    return {"another session's token": other.token(), "an ended session's token": token,
            "another browser's token": signin, "a token of zeros": "0" * 64,
            "an empty token": ""}


def forgeries(fields, foreign):
    """(name, body, headers, query) of each way to forge a request."""
    def body(**more):
        return urllib.parse.urlencode({**fields, **more})
    bare = urllib.parse.urlencode({k: v for k, v in fields.items() if k != "csrf"})
    yield "no token", bare, {}, ""
    yield "token in the address", bare, {}, "csrf=" + fields["csrf"]
    for name, token in foreign.items():
        yield name, body(csrf=token), {}, ""
    for origin in (EVIL, "null", "http://127.0.0.1", "https://127.0.0.1:1", "https://127.0.0.1.evil"):
        yield f"origin {origin}", body(), {"Origin": origin}, ""
    for site in ("cross-site", "same-site"):
        yield f"fetch site {site}", body(), {"Sec-Fetch-Site": site}, ""
    for kind in ("text/plain", "application/json", "application/xml"):
        yield f"body of {kind}", body(), {"Content-Type": kind}, ""


@scenario
def forged_posts_change_nothing_on_any_route(w):
    t, server = target(w)
    with server:
        requests = posts(t.open(server))
        foreign = {role: foreign_tokens(t, role) for role in ROLES}
        settle()
        before, problems, tried = digest(t.data), [], 0
        for role, pattern, path, fields in requests:
            b = t.person(role).browser
            for name, body, headers, query in forgeries(fields, foreign[role]):
                if query:
                    address = path + ("&" if "?" in path else "?") + query
                else:
                    address = path
                page = b.send("POST", address, body, {"Content-Type": FORM, **headers})
                tried += 1
                if page.status not in (400, 401, 403, 413, 415, 423):
                    problems.append(f"{role} POST {path} with {name}: {page.status} {page.text[:120]}")
            need(b.get("/settings" if role != "inspector" else "/inspect/view").status == 200,
                 f"{role} is signed in no more after {pattern}")
        settle()
        problems += [f"changed: {changes(before, digest(t.data))}"] if digest(t.data) != before else []
        fail(problems, tried)
        controls(t, requests)
        print(f"      {len(requests)} POST routes, {tried} forged requests")


def controls(t, requests):
    """With its right token each of these requests gets past the check of forgeries."""
    for role, pattern, path, fields in requests:
        person = t.person(role)
        page = person.browser.send("POST", path, urllib.parse.urlencode(fields),
                                   {"Content-Type": FORM})
        need(not (page.status == 403 and FORGED.search(page.text)),
             f"the right token of {role} is refused at {path}: {page.text[:300]}")
        if page.headers.get("Set-Cookie") or page.headers.get("Location", "").startswith(
                ("/signin", "/lock")):
            return_to(t, requests, role)


def return_to(t, requests, role):
    """A route has ended the session: the tokens of the requests to come are those of a new one."""
    person = t.person(role)
    person.renew()
    for r, pattern, _, fields in requests:
        if r == role:
            fields["csrf"] = right_token(t, role, pattern)


# --- no change by GET -----------------------------------------------------------------------

@scenario
def no_get_changes_anything(w):
    t, server = target(w)
    with server:
        t.open(server)
        for role in ROLES:
            t.person(role)      # signing in is a change
        settle()
        before, count = digest(t.data), 0
        for role in ROLES:
            count += len(t.crawl(role))
            settle()
            changed = changes(before, digest(t.data))
            need(not changed, f"{role} has changed {changed} by GET")
        seen = {t.pattern("GET", p) for role in ROLES for p in t.crawl(role)}
        need(len(seen) > 45, f"the crawl has seen only {sorted(map(str, seen))}")
        other_methods(t)
        settle()
        changed = changes(before, digest(t.data))
        need(not changed, f"another method has changed {changed}")
        print(f"      {count} pages of {len(seen)} routes")


def other_methods(t):
    """A POST route asked for in another way, or by a header that renames the method."""
    for role, pattern, path, fields in posts(t):
        b, query = t.person(role).browser, urllib.parse.urlencode(fields)
        address = path + ("&" if "?" in path else "?") + query
        for method, headers in (("GET", {}), ("HEAD", {}), ("PUT", {}), ("DELETE", {}), ("PATCH", {}),
                                ("OPTIONS", {}), ("GET", {"X-HTTP-Method-Override": "POST"})):
            page = b.send(method, address, None, headers)
            need(page.status < 500 or page.status == 501, (method, address, page.status))
            need(method in ("GET", "HEAD") or page.status in (400, 403, 405, 501),
                 f"{method} {path}: {page.status}")


# --- fields that do not belong ----------------------------------------------------------------

MARK = "zzmarkzz"
EXTRA = {"id": "1", "entry": "01jzzzzzzzzzzzzzzzzzzzzzzz", "state": "approved", "actor": "system",
         "behalf": "m-executive", "role": "executive", "disabled": "0", "vendor": MARK,
         "account": MARK, "seq": "1", "at": "0", "ledger": "approvals", "kind": "emergency",
         "must_change": "0", "has_totp": "0", "is_admin": "1", "mark": MARK, "receipt": "1",
         "v-nothing": MARK, "v-state": "approved", "v-actor": MARK, "u-nothing": MARK,
         "profession": MARK, "site": MARK, "password_hash": MARK, "__proto__": MARK}
REFUSED = (400, 401, 403, 404, 409, 413, 415, 422, 429)
FEW = 12    # foreign names of which each form meets one alone


def declared():
    """{pattern: names} of the table that the server itself asks."""
    text = (ROOT / "src/page/form_names.def").read_text()
    prove = re.search(r'#define PROVE "([^"]*)"', text)[1]
    return {p: re.sub(r'"|\s+', " ", rest.replace("PROVE", f'"{prove}"')).split()
            for p, rest in re.findall(r'FORM\("([^"]+)",\s*((?:"[^"]*"|PROVE|\s)+)\)', text)}


def belongs(name, pattern, form, table):
    """Whether a form may bring this name: it stands on it, or in the table for it."""
    return name in form["names"] or any(fnmatch.fnmatchcase(name, n) for n in table.get(pattern, ()))


def privileges(data):
    """What nobody may gain by a field that does not belong."""
    db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    try:
        gained = {"accounts": db.execute("SELECT login, role, kind, vendor, profession, site, "
                                         "must_change, has_totp FROM account ORDER BY login").fetchall()}
        for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                "name LIKE 'l@_%' ESCAPE '@' AND name NOT LIKE '%_fts%'").fetchall():
            gained[name] = db.execute(f"SELECT count(*) FROM {name} WHERE state = 'approved' "
                                      "OR behalf IS NOT NULL").fetchall()
        return gained
    finally:
        db.close()


def marks_left(data):
    """Marks that stand anywhere in the database: each names the form and role it was sent with.
    The records of use quote what was looked for and are left out."""
    found = collections.Counter()
    db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    try:
        noted = {n for n, in db.execute("SELECT seq FROM access")}
        for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                "name NOT LIKE '%_fts%'").fetchall():
            if name == "access":
                continue
            for row in db.execute(f"SELECT * FROM {name}"):
                if name == "part" and row[0] >> 3 in noted:
                    continue
                for value in row:
                    text = value if isinstance(value, str) else \
                        value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
                    if "zzm" in text.lower():
                        found.update((m, name) for m in re.findall("zzm[a-z0-9]*zz", text.lower()))
    finally:
        db.close()
    return found


class Assigner:
    """Sends forms with fields that are not theirs."""
    def __init__(self, t, forms):
        self.t, self.forms, self.problems, self.tried, self.table = t, forms, [], 0, declared()
        self.names = sorted(set().union(*(f[3]["names"] for f in forms)) - {"csrf"})
        self.random = random.Random(7)

    def send(self, role, pattern, form, extra):
        fields = [f for f in form["fields"] if f[0] != "csrf"] + form["buttons"][:1]
        answer = self.t.person(role).ask("POST", form["action"], fields + extra)
        self.tried += 1
        # A vendor's page is opened only so often; the same handlers are tried on in full by the
        # vendor who has signed in.
        paced = answer.status == 503 and form["action"].startswith("/reply/")
        if answer.status not in REFUSED and not paced:
            self.problems.append(f"{role} {form['action']} took {extra[:3]}: {answer.status} "
                                 f"{answer.text[:80]}")

    def run(self):
        marks = {}
        for role, pattern, page, form in self.forms:
            own = [n for n in form["names"] - {"csrf"} if pattern in self.table and
                   not any(fnmatch.fnmatchcase(n, k) for k in self.table[pattern])]
            if own:
                self.problems.append(f"{pattern}: the form on {page} has {own}, but its row in "
                                     "src/page/form_names.def does not")
        for n, (role, pattern, page, form) in enumerate(self.forms):
            mark = f"zzm{n}zz"
            marks[mark] = f"{role} {pattern}"
            foreign = [name for name in self.names if not belongs(name, pattern, form, self.table)]
            # Every field of every other form at once, some alone, and what would be a right.
            self.send(role, pattern, form, [(name, mark) for name in foreign])
            for name in self.random.sample(foreign, min(FEW, len(foreign))):
                self.send(role, pattern, form, [(name, mark)])
            for name, value in list(EXTRA.items())[::1 if role == "planner" else 4]:
                if not belongs(name, pattern, form, self.table):
                    self.send(role, pattern, form, [(name, value)])
        return marks


@scenario
def fields_that_do_not_belong_do_nothing_in_any_form(w):
    t, server = target(w)
    with server:
        t.open(server)
        forms = [(role, *f) for role in ROLES for f in t.forms(role)]
        before, assigner = privileges(t.data), Assigner(t, forms)
        marks = assigner.run()
        after = privileges(t.data)
        settle()
        for (mark, table), count in marks_left(t.data).items():
            assigner.problems.append(f"{count} rows of {table} hold what {marks.get(mark, mark)} sent")
        assigner.problems += [f"{name}: {before[name]} -> {after[name]}" for name in before
                              if before[name] != after[name]]
        fail(assigner.problems, assigner.tried)
        print(f"      {len(forms)} forms, {len(assigner.names)} names, {assigner.tried} requests")
    w.run("verify", t.data).exits(0)


# --- SQL in every parameter -------------------------------------------------------------------

SQL = ["'", "\"", "' OR '1'='1", "1 OR 1=1", "'; DROP TABLE leaf;--", "'; DELETE FROM account;--",
       "' UNION SELECT 1,2,sqlite_version(),4--", "name COLLATE NOCASE, 1", "name DESC; --",
       "(CASE WHEN 1=1 THEN name ELSE state END)", "1 AND randomblob(900000000)",
       "'||(SELECT hex(rec) FROM leaf)||'", "\\'; --", "%' ESCAPE '\\", "\" NEAR( * ) : ^ {x} AND -",
       b"\x83\x5c' OR 1=1--", b"\x95\x5c\" --", "ソ表' OR '1'='1", "\x00' OR 1=1", "-1", "9" * 40]
# Alike for a program that takes them as text, different for one that reads them as SQL.
TWINS = [("zqx' OR 'a'='a", "zqx' OR 'a'='b"), ("zqx\" OR 1=1 --", "zqx\" OR 1=2 --"),
         ("1) OR (1=1", "1) OR (1=2")]
TELLS = re.compile(r"sqlite|syntax error|no such (table|column)|SELECT |3\.\d\d\.\d", re.I)
SLOW_S = 8


def parameters(t):
    """All names of the program's own text, and {path: names in links and forms} of GET routes."""
    asked = set()
    for source in (ROOT / "src/page").glob("*.c"):
        asked |= set(re.findall(r'(?:req_query|query_\w+)\([^()"]*"(\w+)"', source.read_text()))
    need(len(asked) > 10, f"no names of queries in src/page: {asked}")
    names = collections.defaultdict(set)
    for path, page in t.crawl("planner").items():
        pattern = t.pattern("GET", path)
        names[pattern] |= {n for n, _ in urllib.parse.parse_qsl(path.partition("?")[2])}
        for form in page.forms:
            if form["method"] == "get":
                names[t.pattern("GET", form["action"] or path)] |= form["names"]
    found = {}
    for path in t.crawl("planner"):
        bare = path.split("?")[0]
        pattern = t.pattern("GET", bare)
        if pattern and sum(p == pattern for p, _ in found.values()) < (2 if names[pattern] else 1):
            found.setdefault(bare, (pattern, names[pattern]))
    return asked, {path: n for path, (_, n) in found.items()}


def quoted(payload):
    return urllib.parse.quote_from_bytes(payload if isinstance(payload, bytes) else payload.encode())


class Injector:
    def __init__(self, t):
        self.t, self.problems, self.tried = t, [], 0

    def look(self, what, page, start, payload):
        self.tried += 1
        took = time.monotonic() - start
        # Without what was sent now or kept before as a name: a login is shown folded.
        said = page.text.lower()
        for text in sorted((payload, *SQL), key=lambda t: -len(str(t))):
            said = said.replace(" ".join(str(text).lower().split()), "")
        told = page.status != 200 and TELLS.search(said)
        # A vendor's page is opened only so often from one place.
        broken = page.status >= 500 and not (page.status == 503 and " /reply/" in what)
        if broken or took > SLOW_S or told:
            self.problems.append(f"{what}: {page.status} after {took:.1f} s "
                                 f"{said[max(0, told.start() - 80):told.end() + 40] if told else page.text[150:400]}")
        return page

    def get(self, path, payload, headers=None):
        start = time.monotonic()
        page = self.t.person("planner").browser.send("GET", path, None, headers)
        return self.look(f"GET {path} {headers or ''}", page, start, payload)

    def queries(self, path, own, others):
        """The names its own pages use meet everything, all others of the program a part."""
        for name in sorted(own | others):
            for payload in SQL if name in own else SQL[2:4]:
                self.get(f"{path}?{name}={quoted(payload)}", payload)
            for pair in TWINS if name in own else ():
                one, two = (self.get(f"{path}?{name}={quoted(p)}", p) for p in pair)
                if (one.status, listed(one)) != (two.status, listed(two)):
                    self.problems.append(f"{path}?{name}= tells {pair[0]} from {pair[1]}: "
                                         f"{one.status} {listed(one)}, {two.status} {listed(two)}")
        self.get(f"{path}?{quoted(SQL[2])}=1", SQL[2])

    def paths(self):
        """In the places of a path."""
        for route in self.t.routes["planner"]:
            names = re.findall(r"{(\w+)}", route["pattern"])
            if route["method"] == "GET" and names:
                _, _, values = next(instances(self.t.place, route))
                for name in names:
                    for payload in SQL:
                        self.get(re.sub(r"{(\w+)}", lambda m: quoted(payload) if m[1] == name
                                        else quoted(values[m[1]]), route["pattern"]), payload)

    def forms(self):
        """One field at a time; every field of every route meets all payloads over its ledgers."""
        turn = collections.Counter()
        for pattern, page, form in self.t.forms("planner"):
            if pattern in ("/signout", "/lock", "/password", "/inspect", "/signin"):
                continue
            for name in sorted(form["names"] - {"csrf"}):
                for _ in range(5):
                    payload = SQL[turn[pattern] % len(SQL)]
                    turn[pattern] += 1
                    self.post(form, name, payload)

    def post(self, form, name, payload):
        person = self.t.person("planner")
        fields = [(n, v) for n, v in form["fields"] + form["buttons"][:1] if n not in (name, "csrf")]
        body = urllib.parse.urlencode(fields + [("csrf", person.token())]) + \
            f"&{quoted(name)}={quoted(payload)}"
        start = time.monotonic()
        page = person.browser.send("POST", form["action"], body, {"Content-Type": FORM})
        self.look(f"POST {form['action']} {name}={payload!r}", page, start, payload)
        if page.headers.get("Set-Cookie") or page.headers.get("Location", "").startswith(
                ("/signin", "/lock")):
            person.renew()

    def headers(self):
        cookies = "; ".join(f"{k}={v}" for k, v in self.t.person("planner").browser.cookies.items())
        for payload in (p for p in SQL if isinstance(p, str) and "\0" not in p):
            value = payload.encode().decode("latin-1")
            for name in ("User-Agent", "Referer", "Accept-Language", "If-None-Match", "Range",
                         "X-Forwarded-For", "Forwarded", "Authorization", "Accept"):
                self.get("/ledger/devices", payload, {name: value})
            for name in ("__Host-daicho", "__Host-form", "__Host-terminal", "__Host-device", "x"):
                self.get("/sessions", payload, {"Cookie": f"{name}={value}"})
                self.get("/sessions", payload, {"Cookie": f"{cookies}; {name}={value}"})


def listed(page):
    """How many entries a page lists."""
    return len(re.findall(rb"/entry/[0-9a-z]{26}\"", page.body))


def schema(data):
    db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    try:
        return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        db.close()


@scenario
def sql_in_any_parameter_is_taken_as_text(w):
    t, server = target(w)
    with server:
        t.open(server)
        tables, (asked, tried) = schema(t.data), parameters(t)
        settle()
        before, attack = digest(t.data), Injector(t)
        for path, names in tried.items():
            attack.queries(path, names, asked)
        attack.paths()
        attack.headers()
        settle()
        changed = changes(before, digest(t.data))
        changed.pop("session", None)
        need(not changed, f"a query has changed {changed}")
        attack.forms()
        fail(attack.problems, attack.tried)
        need(schema(t.data) == tables, "the tables are others now")
        print(f"      {len(tried)} pages, {sum(map(len, tried.values()))} parameters of queries, "
              f"{attack.tried} requests")
    w.run("verify", t.data).exits(0)


if __name__ == "__main__":
    main()
