#!/usr/bin/env python3
"""Who reaches what: every role x every route x own, other, voided and nonexistent, compared with
`daicho audit access`. Routes, roles and rules come from the program; only the values of the
parameters in addresses are made here. usage: matrix.py PROGRAM [WORD]"""
import collections, re, sqlite3, subprocess, sys, threading, time, urllib.parse

from harness import ROOT, Server, entries, leaf_count, main, need, scenario
from matrix_world import HASH, LOGIN, NOWHERE, ROLES, SECRET, SPARE, Person, Place

# Documents are drawn in a process of their own: once is enough.
SLOW = ("/ledger/{ledger}/print", "/round/{round}/pack/{format}")
# What a permitted POST carries so that it meets the entry and not only the form's checks.
FIELDS = {"/ledger/{ledger}/entry/{entry}/act": [("op", "confirm"), ("rev", "1")],
          "/ledger/{ledger}/entry/{entry}/edit": [("rev", "1"), ("act", "draft")]}
# GET that needs a query to answer at all.
QUERY = {"/ledger/{ledger}/export": "?format=csv",
         "/api/ledger/{ledger}/export": "?format=csv"}
# permit() speaks like this; other refusals (four eyes, passwords) do not count as the gate's.
GATE = re.compile(r"(ログインしてください|許可されていません|許可されていない|許可できません|"
                  r"ができるのは「)")
# A refusal of the workflow uses the same words: the audit lists it among the acts of a ledger.
WORKFLOW = ("/ledger/{ledger}/entry/{entry}/act",)


# --- instances ---------------------------------------------------------------------------

def instances(place, route):
    """What a route is tried with: (name, ledger or None, {parameter: value})."""
    names = re.findall(r"{(\w+)}", route["pattern"])
    unknown = [n for n in names if n not in MAKERS and n != "ledger"]
    need(not unknown, f"{route['pattern']} has a parameter {unknown} that the matrix cannot fill: "
                      f"add a maker to MAKERS in tests/scenario/matrix.py ({route['source']})")
    ledgers = list(place.ledgers) if "ledger" in names else [None]
    if route["pattern"] in SLOW:
        ledgers = ledgers[:1]
    rest = [n for n in names if n != "ledger"]
    kinds = ["own", "other", "voided", "nowhere"] if rest else ["own"]
    if route["pattern"] in SLOW:
        kinds = ["own", "nowhere"] if rest else ["own"]
    for ledger in ledgers:
        for kind in kinds:
            values = {n: MAKERS[n](place, route["pattern"], ledger, kind) for n in rest}
            if ledger:
                values["ledger"] = ledger
            yield kind, ledger, values


def make_entry(place, pattern, ledger, kind):
    if kind == "nowhere" or not ledger:
        return NOWHERE
    return place.entry[ledger, kind]


def make_round(place, pattern, ledger, kind):
    return place.round.get(kind, NOWHERE)


def make_login(place, pattern, ledger, kind):
    return SPARE if kind != "nowhere" else "nobody-here"


def make_inspection(place, pattern, ledger, kind):
    return place.spare_inspection if kind == "own" else NOWHERE


def make_hash(place, pattern, ledger, kind):
    return place.file.get((ledger, kind), HASH)


# One row per name in braces. Given the place, the pattern, the ledger (or None) and the kind.
MAKERS = {
    "entry": make_entry,
    "round": make_round,
    "login": make_login,
    "inspection": make_inspection,
    "hash": make_hash,
    "rev": lambda *a: "1",
    "item": lambda place, *a: place.item,
    "column": lambda place, *a: place.column,
    "format": lambda *a: "pdf",
    "batch": lambda *a: NOWHERE,    # undone by the scenarios of imports
    "stocktake": lambda *a: NOWHERE,    # for planners and operators alone, who see all of them
    "line": lambda *a: NOWHERE,
    "token": lambda *a: NOWHERE,    # of an upload or a feed: random, never of another
}


# --- what the audit promises ----------------------------------------------------------------

class Promise:
    """The audit of one role, by route and ledger."""
    def __init__(self, audit, place):
        self.place = place
        self.routes = {(r["method"], r["pattern"]): r for r in audit["routes"]}
        self.ledgers = {l["ledger"]: l for l in audit["ledgers"]}
        self.rounds, self.role = audit["rounds"], audit["role"]

    def permits(self, route, ledger):
        r = self.routes[route["method"], route["pattern"]]
        # Nobody makes a key for an inspector.
        if self.role == "inspector" and route["pattern"].startswith("/api/"):
            return False
        if self.role == "inspector" and ledger and ledger not in self.place.opened:
            return False
        return ledger in r["ledgers"] if "ledgers" in r and ledger else r["allowed"]

    def sees(self, kind, ledger):
        """Whether the role sees this instance of an entry."""
        part = self.ledgers[ledger]
        if kind == "nowhere" or (kind == "voided" and not part["voided"]):
            return False
        scope = part["rows"]["scope"]
        return scope in ("all", "opened") or \
            (scope in ("vendor", "itself") and self.role == "vendor" and kind != "other")

    def sees_round(self, kind):
        if kind == "nowhere":
            return False
        return self.rounds == "all" or (self.rounds == "vendor" and kind == "own") or \
            (self.rounds == "opened" and kind in self.place.opened_rounds)


# --- the matrix -----------------------------------------------------------------------------

def size_class(page):
    """Sizes that differ by a number or an id are the same; another text is not."""
    return len(page.body) // 128


class Matrix:
    def __init__(self, place, server):
        self.place, self.server, self.problems, self.tried = place, server, [], 0
        self.seen = collections.Counter()

    def wrong(self, person, method, path, why, page):
        self.problems.append(f"{person.role} {method} {path}: {why} "
                             f"({page.status}) {page.text[120:320]}")

    def try_role(self, role):
        person = Person(self.server.port, role,
                        self.place.code if role == "inspector" else None,
                        self.place.keys.get(role))
        promise = Promise(self.place.audit[role], self.place)
        routes = sorted(self.place.audit[role]["routes"], key=lambda r: r["method"])
        for route in routes:
            answers = {}
            for kind, ledger, values in instances(self.place, route):
                path = re.sub(r"{(\w+)}", lambda m: urllib.parse.quote(values[m[1]], safe="-()"),
                              route["pattern"])
                answers[ledger, kind] = self.try_one(person, promise, route, ledger, kind, path)
            self.compare(person, promise, route, answers)
        person.browser.close()

    def try_one(self, person, promise, route, ledger, kind, path):
        method, pattern = route["method"], route["pattern"]
        page = person.ask(method, path + QUERY.get(pattern, ""), FIELDS.get(pattern, ()))
        self.tried += 1
        self.seen[method, pattern] += 1
        refused = page.status == 401 or \
            (page.status == 403 and GATE.search(page.text) is not None)
        if page.status >= 500 and page.status != 503:
            self.wrong(person, method, path, "the server broke", page)
        elif not promise.permits(route, ledger):
            if not refused:
                self.wrong(person, method, path, "the audit refuses, the server does not", page)
        elif refused and pattern not in WORKFLOW:
            self.wrong(person, method, path, "the audit allows, the server refuses", page)
        return page

    def compare(self, person, promise, route, answers):
        """Out of sight must look like nonexistent; in sight must not."""
        for (ledger, kind), page in answers.items():
            nowhere = answers.get((ledger, "nowhere"))
            if nowhere is None or kind == "nowhere" or not promise.permits(route, ledger):
                continue
            where = f"{route['pattern']} {ledger or ''} {kind}"
            if ledger and "{entry}" in route["pattern"]:
                seen = promise.sees(kind, ledger)
            elif "{round}" in route["pattern"]:
                seen = promise.sees_round(kind)
            else:
                continue
            same = page.status == nowhere.status and size_class(page) == size_class(nowhere)
            if not seen and not same:
                self.wrong(person, route["method"], where, f"other and nonexistent differ "
                           f"({nowhere.status}, {len(page.body)} {len(nowhere.body)})", page)
            if not seen and 200 <= page.status < 400:
                self.wrong(person, route["method"], where, "out of sight and shown", page)
            if seen and route["method"] == "GET" and "{hash}" not in route["pattern"] and \
                    page.status not in (200, 303) and kind != "voided":
                self.wrong(person, "GET", where, "in sight and not shown", page)

    def try_nobody(self):
        person = Person(self.server.port, "nobody")
        for route in self.place.audit["staff"]["routes"]:
            _, ledger, values = next(instances(self.place, route))
            path = re.sub(r"{(\w+)}", lambda m: values[m[1]], route["pattern"])
            page = person.ask(route["method"], path)
            public = route["permission"] == "PUBLIC"
            away = page.status == 303 and page.headers["Location"].startswith("/signin")
            if not public and not away and page.status not in (401, 403):
                self.wrong(person, route["method"], path, "open to strangers", page)


@scenario
def every_role_reaches_exactly_what_the_audit_says(w):
    place = Place(w)
    with Server(w, place.data) as server:
        prepare(place, server)
        matrix = Matrix(place, server)
        matrix.try_nobody()
        threads = [threading.Thread(target=matrix.try_role, args=(role,)) for role in ROLES]
        failures = []
        threading.excepthook = lambda a: failures.append(f"{a.exc_type.__name__}: {a.exc_value}")
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        need(not failures, "\n".join(failures) + server.text()[-3000:])
        routes = {(r["method"], r["pattern"]) for r in place.audit["staff"]["routes"]}
        missing = routes - set(matrix.seen)
        need(not missing, f"no instance was tried of {sorted(missing)}")
        need(not matrix.problems, f"{len(matrix.problems)} of {matrix.tried} answers are wrong:\n" +
             "\n".join(matrix.problems[:400]))
        print(f"      {len(routes)} routes, {len(ROLES)} roles, {matrix.tried} requests")
        side_doors(place, server)
    w.run("verify", place.data).exits(0)


# --- side doors and mass assignment ------------------------------------------------------------

def side_doors(place, server):
    vendor, planner = Person(server.port, "vendor"), Person(server.port, "planner")
    lists_agree(place, vendor, planner)
    hidden_fields_stay_hidden(vendor, planner)
    foreign_and_hidden_values_are_refused(place, vendor)
    rights_end_at_the_next_request(place, server, planner)


def rows(page):
    return len(re.findall(rb"/entry/[0-9a-z]{26}\"", page.body.split(b"<tbody>")[-1]))


def lists_agree(place, vendor, planner):
    """List, count, filter, search and pages hold the same entries, voided ones or not."""
    for ledger in ("devices", "services", "disclosures", "vendors"):
        for query in ("", "?voided=1", "?state=voided", "?state=confirmed&voided=1", "?page=2",
                      "?q=" + urllib.parse.quote("見本"), "?sort=changed&dir=desc&voided=1"):
            page = vendor.browser.get(f"/ledger/{ledger}{query}")
            text = page.body.decode()
            need(page.status == 200, (ledger, query, page.status))
            need(place.entry[ledger, "other"] not in text, f"{ledger}{query} shows another's")
            need(place.entry[ledger, "voided"] not in text, f"{ledger}{query} shows a voided one")
            if "state=voided" in query or "page=2" in query:
                continue
            need(rows(page) <= 1, f"{ledger}{query}: {rows(page)} rows")
        count = re.search(r"(\d+)件", vendor.browser.get(f"/ledger/{ledger}").text)
        need(count and count[1] == "1", f"{ledger}: the count is {count and count[0]}")
        for way in ("export?format=csv", "export?format=xlsx", "print", "import"):
            page = vendor.browser.send("GET", f"/ledger/{ledger}/{way}")
            need(page.status == 403, (ledger, way, page.status))
    other = urllib.parse.quote("事業者乙")
    need(rows(vendor.browser.get(f"/ledger/disclosures?q={other}")) == 0, "found by a name")
    need(rows(planner.browser.get(f"/ledger/disclosures?q={other}")) == 1, "not found at all")
    page = vendor.browser.get("/ledger/disclosures/new")
    need(place.entry["vendors", "own"] in page.body.decode(), "one's own company is not offered")
    need(place.entry["vendors", "other"] not in page.body.decode(), "another company is offered")


def hidden_fields_stay_hidden(vendor, planner):
    word = urllib.parse.quote(SECRET)
    need(rows(planner.browser.get(f"/ledger/devices?q={word}")) >= 1, "nothing to hide")
    page = vendor.browser.get(f"/ledger/devices?q={word}")
    need(rows(page) == 0 and "当てはまる件はありません" in page.text, "found by a hidden field")
    hidden, strange = (vendor.browser.send("GET", "/ledger/devices?sort=" + name)
                       for name in ("note", "nothing"))
    need(hidden.status == strange.status == 400 and size_class(hidden) == size_class(strange),
         f"sorting by a hidden field: {hidden.status}, by none: {strange.status}")
    link = next(l for l in vendor.browser.get("/ledger/devices").links if "/entry/" in l)
    for path in (link, link + "/history", link + "/rev/1", "/ledger/devices/columns"):
        body = vendor.browser.get(path.split("?")[0]).body.decode()
        need(SECRET not in body and "更新できない理由" not in body, f"{path} shows a hidden field")


def foreign_and_hidden_values_are_refused(place, vendor):
    own = f"/ledger/disclosures/entry/{place.entry['disclosures', 'own']}"
    mine, other = place.entry["vendors", "own"], place.entry["vendors", "other"]
    page = vendor.browser.get(own + "/edit")
    fields = dict(page.form(own + "/edit")["fields"])
    good = {**fields, "act": "draft", "v-product_version": "9.9"}
    new = {"v-vendor": mine, "v-product": "新しい製品", "v-type": fields["v-type"], "act": "draft"}
    before = leaf_count(place.data)
    for path, values, name, value in (
            (own + "/edit", good, "v-vendor", other), ("/ledger/disclosures/new", new, "v-vendor", other),
            (own + "/edit", good, "v-explanation", "書き込み"),
            (own + "/edit", good, "v-nothing", "x"), (own + "/edit", good, "state", "approved"),
            (own + "/edit", good, "actor", "system"), ("/ledger/disclosures/new", new, "id", NOWHERE)):
        answer = vendor.ask("POST", path, list({**values, name: value}.items()))
        need(answer.status in (403, 422), f"{path} took {name}={value}: {answer.status}")
    events = [e for e in place_events(place) if e > before]
    need(leaf_count(place.data) - before == len(events), "something was written")
    answer = vendor.ask("POST", "/ledger/disclosures/new", list(new.items()))
    need(answer.status == 303, f"one's own disclosure is not taken: {answer.text[:400]}")
    shown = vendor.browser.get(answer.headers["Location"])
    need("作成中" in shown.text and "新しい製品" in shown.text, shown.text[:300])


def place_events(place):
    """Leaf numbers of access events."""
    db = sqlite3.connect(f"file:{place.data}/daicho.db?mode=ro", uri=True)
    try:
        return [n + 1 for n, in db.execute("SELECT seq FROM access")]
    finally:
        db.close()


def rights_end_at_the_next_request(place, server, planner):
    inspector = Person(server.port, "inspector", place.code)
    need(inspector.browser.get("/ledger/vendors").status == 200, "the inspector sees nothing")
    end = [f["action"] for f in planner.browser.get("/inspections").forms
           if f["action"].endswith("/end")]
    for action in end:
        planner.ask("POST", action)
    page = inspector.browser.send("GET", "/ledger/vendors")
    need(page.status in (303, 403), f"the view has ended and still answers {page.status}")
    again = inspector.browser.submit(inspector.browser.get("/inspect"), "/inspect", follow=False,
                                     code=place.code)
    need(again.status == 403, f"the code of an ended view opens it: {again.status}")


def prepare(place, server):
    """What is made through pages: voided entries, attachments, and the ids of rounds."""
    planner = Person(server.port, "planner")
    for ledger in place.ledgers:
        entry = place.entry[ledger, "voided"]
        path = f"/ledger/{ledger}/entry/{entry}"
        page = planner.ask("POST", path + "/act", [("op", "void"), ("rev", "1"),
                                                   ("reason", "見本の取消し")])
        need(page.status == 303, f"cannot void in {ledger}: {page.text[:400]}")
    place.file = {}
    for ledger in ("disclosures", "documents"):
        for kind in ("own", "other"):
            attach(place, planner, ledger, kind)
    rows = entries(place.w.export(place.data, "rounds"))
    scopes = {r["fields"].get("scope", ""): r["entry"] for r in rows}
    place.round = {k: scopes["vendor:" + place.entry["vendors", k]] for k in ("own", "other")}
    place.round["voided"] = scopes[""]   # that of the facility: no vendor's
    page = planner.browser.get("/round/" + place.round["own"])
    link = next(l for l in page.links if "/item/" in l)
    place.opened = [l for l in place.ledgers if l != "people"]
    place.opened_rounds = ("own", "voided")
    open_view(planner, "すぐ閉じる検査", ["vendors"], [])
    place.spare_inspection = planner.browser.get("/inspections").form("/end")["action"] \
        .split("/")[2]
    place.code = open_view(planner, "見本の検査", place.opened,
                           [place.round[k] for k in place.opened_rounds])
    place.item, place.column = [urllib.parse.unquote(p) for p in link.split("/")[-2:]]


def open_view(planner, name, ledgers, rounds):
    """Opens a view to an inspector and returns the code on the paper."""
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 3600))
    page = planner.ask("POST", "/inspections", [("name", name), ("from", today), ("until", today)] +
                       [("ledger", l) for l in ledgers] + [("round", r) for r in rounds])
    found = re.search(r"k[0-9a-z]{7}-[a-z0-9-]+", page.text)
    need(page.status == 200 and found, f"cannot open a view: {page.text[:500]}")
    return found[0]


def attach(place, planner, ledger, kind):
    path = f"/ledger/{ledger}/entry/{place.entry[ledger, kind]}"
    page = planner.browser.get(path + "/edit")
    form = page.form(path + "/edit")
    form["fields"].append(("act", "confirm"))
    done = planner.browser.upload(page, path + "/edit", "u-files", "見本.txt",
                                  f"{ledger} {kind}".encode())
    found = re.search(r"/file/([0-9a-f]{64})", " ".join(done.links))
    need(found, f"no attachment on {path}: {done.text[:400]}")
    place.file[ledger, kind] = found[1]


@scenario
def the_page_about_access_says_what_the_program_says(w):
    done = subprocess.run([sys.executable, str(ROOT / "tools/access_table"), w.program, "--check"],
                          capture_output=True, text=True)
    need(done.returncode == 0, done.stderr)


@scenario
def the_audit_reads_as_text_and_by_role(w):
    text = w.run("audit", "access", "--role", "vendor").exits(0).out
    need("自社の件だけ" in text and "content/ledgers/devices.yaml:" in text, text[:500])
    need("src/page/routes_ledger.def:" in text and "/setup" not in text, text[:2000])
    one = w.run("audit", "access", "--role", "staff", "--profession", "医師", "--format", "json")
    need([r["role"] for r in one.exits(0).json()["roles"]] == ["staff"], one.out[:200])
    w.run("audit", "access", "--role", "nobody").exits(2).complains("役割")
    w.run("audit", "nothing").exits(2).complains("access")


if __name__ == "__main__":
    main()
