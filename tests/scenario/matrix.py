#!/usr/bin/env python3
"""Who reaches what: every role x every route x own, other, voided and nonexistent, compared with
`daicho audit access`. Routes, roles and rules come from the program; only the values of the
parameters in addresses are made here. usage: matrix.py PROGRAM [WORD]"""
import collections, difflib, io, re, sqlite3, subprocess, sys, threading, time, urllib.parse, zipfile

from harness import ROOT, Browser, Server, entries, leaf_count, main, need, scenario
from matrix_things import CODE, STRANGER, Things, days, open_view
from matrix_world import DEPARTMENT, HASH, LOGIN, NOWHERE, ROLES, SECRET, Person, Place

# Documents are drawn in a process of their own: once is enough.
SLOW = ("/ledger/{ledger}/print", "/round/{round}/pack/{format}", "/stocktake/{stocktake}/pdf")
# What a permitted POST carries so that it meets the thing itself and not only the form's checks.
FIELDS = {"/ledger/{ledger}/entry/{entry}/act": [("op", "confirm"), ("rev", "1")],
          "/ledger/{ledger}/entry/{entry}/edit": [("rev", "1"), ("act", "draft")],
          "/requests/{entry}/refuse": [("reason", "見本")],
          "/requests/{entry}/confirm": [("act", "ok")],
          "/proxies/{entry}/decide": [("act", "refuse"), ("note", "見本")],
          "/proxies/{entry}/revoke": [("why", "見本")],
          "/people/proposals/{entry}": [("act", "reject"), ("reason", "見本")]}
# GET that needs a query to answer at all.
QUERY = {"/ledger/{ledger}/export": "?format=csv",
         "/gap/xlsx": "?to=care-issues",
         "/api/ledger/{ledger}/export": "?format=csv",
         "/stocktake/{stocktake}/sheet": "?department=" + urllib.parse.quote(DEPARTMENT["own"]),
         "/stocktake/{stocktake}/pdf": "?department=" + urllib.parse.quote(DEPARTMENT["own"])}
# permit() speaks like this; other refusals (four eyes, passwords) do not count as the gate's.
GATE = re.compile(r"(ログインしてください|許可されていません|許可されていない|許可できません|"
                  r"ができるのは「)")
# A refusal of the workflow uses the same words: the audit lists it among the acts of a ledger.
WORKFLOW = ("/ledger/{ledger}/entry/{entry}/act",)


# --- instances ---------------------------------------------------------------------------

# own: one's own, or the first that everybody may see; department: of a colleague; other: another's;
# voided: taken back, ended or deleted; elsewhere: exists, but under another parent than the address
# says; foreign: of another organisation; nowhere: of nobody.
KINDS = ("own", "department", "other", "voided", "elsewhere", "foreign", "nowhere")


def family_of(pattern, name):
    """A thing is named by the address up to its place, e.g. "/requests/{entry}"."""
    return pattern.removeprefix("/api").partition("{" + name + "}")[0] + "{" + name + "}"


def instances(place, route, role=None):
    """What a route is tried with: (kind, ledger or None, {parameter: value}), "own" first. Where an
    address names more than one thing, each is tried in turn with the others right ("rev nowhere");
    what belongs to another's thing goes with it."""
    pattern = route["pattern"]
    names = re.findall(r"{(\w+)}", pattern)
    things = [n for n in names if n != "ledger"]
    ledgers = list(place.ledgers) if "ledger" in names else [None]
    for ledger in ledgers[:1] if pattern in SLOW else ledgers:
        base = {n: value(place, family_of(pattern, n), "own", ledger, role) for n in things}
        if ledger:
            base["ledger"] = ledger
        yield "own", ledger, base
        for i, name in enumerate(things):
            for kind in KINDS[1:]:
                found = value(place, family_of(pattern, name), kind, ledger, role)
                if found is not None:
                    rest = {n: value(place, family_of(pattern, n), "own", ledger, role, kind)
                            for n in things[i + 1:]}
                    yield (kind if i == 0 else f"{name} {kind}"), ledger, \
                        {**base, name: found, **{n: v or base[n] for n, v in rest.items()}}


def value(place, family, kind, ledger, role, parent="own"):
    """The value of one place in an address; None: there is no such thing."""
    if family in MAKERS:
        return MAKERS[family](place, kind, ledger, parent)
    found = place.things.get(family, kind, role, ledger)
    if found is None and kind == "foreign":
        found = place.strangers.get(family, "own", "contacts")
    if found is None and kind == "nowhere":
        found = NOWHERE
    if found is None and kind == "own":
        found = discovered(place, family)
    return found


def discovered(place, family):
    """A value that the planner's pages link to: things that came with a new screen."""
    if not hasattr(place, "links"):
        person, place.links, waiting = Person(place.port, "planner"), set(), ["/"]
        while waiting and len(place.links) < 4000:
            page = person.ask("GET", waiting.pop(0))
            new = {a.split("#")[0] for a in page.links + [f["action"] for f in page.forms]} - place.links
            place.links |= new
            waiting += [a for a in page.links if a.split("#")[0] in new and a.startswith("/") and
                        not any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", p), a.split("?")[0]) for p in SLOW)]
        person.browser.close()
    pattern = re.compile(re.sub(r"{\w+}", "([^/?]+)", family) + r"(?:[/?].*)?")
    found = next((m for m in map(pattern.fullmatch, sorted(place.links)) if m), None)
    need(found, f"nothing is known for {family}, and no page links to one: add it to "
                "tests/scenario/matrix_things.py, or a maker to MAKERS in matrix.py")
    return urllib.parse.unquote(found[found.lastindex])


def make_entry(place, kind, ledger, parent):
    if kind == "foreign":
        return place.strangers.place.entry.get(("vendors", "own"))
    if kind == "elsewhere":
        names = list(place.ledgers)
        return place.entry[names[names.index(ledger) - 1], "own"]
    return NOWHERE if kind == "nowhere" else place.entry.get((ledger, kind))


def make_round(place, kind, ledger, parent):
    if kind == "foreign":
        return place.strangers.place.round.get("own")
    return NOWHERE if kind == "nowhere" else place.round.get(kind)


def one_of(**values):
    return lambda place, kind, ledger, parent: values.get(kind)


def make_hash(place, kind, ledger, parent):
    if kind == "own":
        return place.file.get((ledger, parent), HASH)
    return {"elsewhere": place.file["documents" if ledger == "disclosures" else "disclosures", "other"],
            "nowhere": HASH}.get(kind)


def make_item(place, kind, ledger, parent):
    return {"own": place.item, "elsewhere": place.other_item, "nowhere": "1-99"}.get(kind)


def make_link(place, kind, ledger, parent):
    """A page of a vendor: its address alone opens it, whoever brings it."""
    return {"own": place.link, "nowhere": "dcho_nowhere"}.get(kind)


# Families whose things stand in the places' own tables; all others stand in Things. A new family
# that is in neither is found by its links (Place.discovered), or asks for a maker.
MAKERS = {
    "/ledger/{ledger}/entry/{entry}": make_entry,
    "/ledger/{ledger}/entry/{entry}/rev/{rev}": one_of(own="1", nowhere="99"),
    "/ledger/{ledger}/entry/{entry}/file/{hash}": make_hash,
    "/round/{round}": make_round,
    "/round/{round}/item/{item}": make_item,
    "/round/{round}/item/{item}/{column}": lambda place, kind, *_: {
        "own": place.column, "nowhere": "nothing"}.get(kind),
    "/round/{round}/file/{hash}": lambda place, kind, ledger, parent:
        make_hash(place, kind, "round", parent),
    "/round/{round}/pack/{format}": one_of(own="pdf", nowhere="doc"),
    "/reply/{link}": make_link,
    "/reply/{link}/part/{part}": one_of(own="1", nowhere="999"),
    "/round/{round}/reply/part/{part}": one_of(own="1", nowhere="999"),
    "/round/{round}/vendor/{invite}": lambda place, kind, *_: {
        "own": place.invite, "nowhere": NOWHERE}.get(kind),
    "/round/{round}/vendor/file/{hash}": lambda place, kind, ledger, parent:
        make_hash(place, kind, "round", parent),
    # A sheet that came back and waits to be taken in.
    "/round/{round}/vendor/sheet/{token}": lambda place, kind, *_: {
        "own": place.sheet, "nowhere": NOWHERE}.get(kind),
    "/round/{round}/agreement/{format}": one_of(own="pdf", nowhere="doc"),
    "/round/{round}/sharing/{item}": one_of(own="1-A-1", nowhere="9-Z-9"),
    # The same for everybody: of no person, department or organisation.
    "/catalogues/{catalogue}": one_of(own="mhlw-checklist-r6-hospital", nowhere="nothing-here"),
    "/catalogues/{catalogue}/{item}": one_of(own="1-(1)", nowhere="99-(99)"),
    "/xray/{measure}": one_of(own="devices_owned", nowhere="nothing_here"),
    "/crosswalks/{from}": one_of(own="mhlw-6.0-governance", nowhere="nothing-here"),
    "/crosswalks/{from}/{to}": one_of(own="mhlw-6.0-management", nowhere="nothing-here"),
}


# --- what the audit promises ----------------------------------------------------------------

# Families and what the audit calls their things.
OBJECTS = {"/requests/{entry}": "requests", "/people/proposals/{entry}": "proposals",
           "/proxies/{entry}": "proxies", "/stocktake/{stocktake}": "stocktakes",
           "/people/list/{token}": "staff uploads", "/stocktakes/list/{token}": "account uploads",
           "/ledger/{ledger}/import/{token}": "account uploads",    # both: planners and operators
           "/emergency/uses/{entry}": "emergency uses", "/help/proof/{entry}": "proofs",
           "/accounts/{login}": "accounts", "/tokens/{token}": "keys",
           "/inspections/{inspection}": "inspections"}
# Whether what is taken back or has ended is still seen by who saw it; not named: it depends.
VOIDED = {"/tokens/{token}": False, "/feed/{token}": False, "/ledger/{ledger}/batch/{batch}": True}

class Promise:
    """The audit of one role, by route and ledger."""
    def __init__(self, audit, place):
        self.place = place
        self.routes = {(r["method"], r["pattern"]): r for r in audit["routes"]}
        self.ledgers = {l["ledger"]: l for l in audit["ledgers"]}
        self.objects = {o["object"]: o["scope"] for o in audit["objects"]}
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
        if kind in ("elsewhere", "foreign", "nowhere") or (kind == "voided" and not part["voided"]):
            return False
        scope = part["rows"]["scope"]
        # Whose the entries are: the vendor's own, or those of the department of everybody here.
        theirs = "vendor" if scope in ("vendor", "itself") else "staff" if scope == "department" else None
        return scope in ("all", "opened") or (self.role == theirs and kind != "other")

    def sees_object(self, family, kind):
        """Whether the role sees this thing; None: that depends on what is done with it."""
        if kind in ("elsewhere", "foreign", "nowhere"):
            return False
        if kind == "voided":
            return VOIDED.get(family)
        name = OBJECTS.get(family)
        if name is None:
            return None
        return {"all": True, "own": kind == "own", "department": kind in ("own", "department"),
                "concerned": kind == "own", "decides": kind == "own", "none": False}[self.objects[name]]

    def sees_round(self, kind):
        if kind in ("foreign", "nowhere"):
            return False
        return self.rounds == "all" or (self.rounds == "vendor" and kind == "own") or \
            (self.rounds == "opened" and kind in self.place.opened_rounds)


# --- the matrix -----------------------------------------------------------------------------

def size_class(page):
    """Sizes that differ by a number or an id are the same; another text is not."""
    return len(page.body) // 128


def shape(page):
    """What a stranger could tell answers apart by: status, and words without numbers, ids and what
    stood in the address."""
    text = page.text
    for asked in (v for v in page.asked.values() if len(v) > 2):
        text = text.replace(asked, "#")
    return page.status, re.sub(r"[0-9a-z]{26}|[0-9a-f]{64}|\d+", "#", text)


class Matrix:
    def __init__(self, place, server):
        self.place, self.server, self.problems, self.tried = place, server, [], 0
        self.seen, self.kinds = collections.Counter(), collections.Counter()

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
            for kind, ledger, values in instances(self.place, route, role):
                if route["pattern"] in SLOW and kind not in ("own", "foreign", "nowhere") and \
                        self.sees(promise, route, ledger, kind):
                    continue
                path = re.sub(r"{(\w+)}", lambda m: urllib.parse.quote(values[m[1]], safe="-()."),
                              route["pattern"])
                answers[ledger, kind] = self.try_one(person, promise, route, ledger, kind, path)
                answers[ledger, kind].asked = values
            self.compare(person, promise, route, answers)
        person.browser.close()

    def try_one(self, person, promise, route, ledger, kind, path):
        method, pattern = route["method"], route["pattern"]
        page = person.ask(method, path + QUERY.get(pattern, ""), FIELDS.get(pattern, ()))
        self.tried += 1
        self.seen[method, pattern] += 1
        self.kinds[kind.rpartition(" ")[2]] += 1
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

    def sees(self, promise, route, ledger, kind):
        things = [n for n in re.findall(r"{(\w+)}", route["pattern"]) if n != "ledger"]
        if not things:
            return None
        family = family_of(route["pattern"], things[0])
        if " " in kind:     # of a thing below it: right under another parent, or not there
            return False
        if family == "/ledger/{ledger}/entry/{entry}":
            return promise.sees(kind, ledger)
        if family == "/round/{round}":
            return promise.sees_round(kind)
        return promise.sees_object(family, kind)

    def compare(self, person, promise, route, answers):
        """Out of sight must look like nonexistent; in sight must not."""
        for (ledger, kind), page in answers.items():
            thing = kind.rpartition(" ")[0]
            nowhere = answers.get((ledger, (thing + " nowhere").strip()))
            if nowhere is None or nowhere is page or not promise.permits(route, ledger):
                continue
            where = f"{route['pattern']} {ledger or ''} {kind}"
            seen = self.sees(promise, route, ledger, kind)
            if seen is None:
                continue
            if not seen and shape(page) != shape(nowhere):
                self.wrong(person, route["method"], where, f"is told from nonexistent "
                           f"({nowhere.status}, {len(page.body)} {len(nowhere.body)}) "
                           f"{nowhere.text[120:320]} |", page)
            if not seen and 200 <= page.status < 400:
                self.wrong(person, route["method"], where, "out of sight and shown", page)
            if seen and route["method"] == "GET" and kind != "voided" and "{hash}" not in \
                    route["pattern"] and page.status not in (200, 303) and page.status == nowhere.status:
                self.wrong(person, "GET", where, "in sight and not shown", page)

    def try_nobody(self):
        person = Person(self.server.port, "nobody")
        for route in self.place.audit["staff"]["routes"]:
            _, ledger, values = next(instances(self.place, route))
            path = re.sub(r"{(\w+)}", lambda m: urllib.parse.quote(values[m[1]], safe="-()."),
                          route["pattern"])
            page = person.ask(route["method"], path)
            public = route["permission"] in ("PUBLIC", "LINK")
            away = page.status == 303 and page.headers["Location"].startswith("/signin")
            if not public and not away and page.status not in (401, 403):
                self.wrong(person, route["method"], path, "open to strangers", page)


@scenario
def every_role_reaches_exactly_what_the_audit_says(w):
    house = []
    threading.excepthook = lambda a: house.append(a.exc_value)
    beside = threading.Thread(target=lambda: house.append(strangers(w)))
    beside.start()
    place = Place(w)
    place.things = Things(place)
    beside.join()
    need(house and isinstance(house[0], Things), f"no strangers: {house}")
    with Server(w, place.data) as server:
        prepare(place, server, house[0])
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
        print(f"      {len(routes)} routes, {len(ROLES)} roles, {matrix.tried} requests: "
              f"{', '.join(f'{n} {k}' for k, n in matrix.kinds.most_common())}")
        side_doors(place, server)
        nothing_of_strangers_opens_anything(place, server)
    w.run("verify", place.data).exits(0)


def strangers(w):
    """Another organisation with the same logins: what it has must be as if it did not exist."""
    place = Place(w, "yoso", stranger=STRANGER)
    things = Things(place)
    with Server(w, place.data, name="yoso-serve") as server:
        rows = entries(place.w.export(place.data, "rounds"))
        place.round = {"own": rows[0]["entry"]}
        things.by_pages(server.port)
        things.cookies = {}
        for login in (LOGIN["planner"], STRANGER):
            b = Browser(server.port)
            b.sign_in(login)
            things.cookies[login] = dict(b.cookies)
            b.close()
    return things


def nothing_of_strangers_opens_anything(place, server):
    """Sessions, keys, calendars, codes and logins of the other organisation."""
    s = place.strangers
    for login, cookies in s.cookies.items():
        b = Browser(server.port)
        b.cookies = dict(cookies)
        page = b.send("GET", "/settings")
        need(page.status == 303 and page.headers["Location"].startswith("/signin"),
             f"the session of {login} opens: {page.status}")
    b = Browser(server.port)
    page = b.submit(b.get("/signin"), "/signin", follow=False, login=STRANGER, password="mihon-no-kagi-2026")
    need(page.status == 403, f"the other house's login: {page.status}")
    page = Browser(server.port).send("GET", "/api/ledgers", None, {
        "Authorization": "Bearer " + s.place.keys["planner"]})
    need(page.status == 401, f"the other house's key: {page.status}")
    page = Browser(server.port).send("GET", "/feed/" + s.get("/feed/{token}", "own"))
    need(page.status == 404, f"the other house's calendar: {page.status}")
    page = b.submit(b.get("/inspect"), "/inspect", follow=False, code=s.view_code)
    need(page.status == 403, f"the other house's inspector: {page.status}")


# --- side doors and mass assignment ------------------------------------------------------------

def side_doors(place, server):
    vendor, planner = Person(server.port, "vendor"), Person(server.port, "planner")
    lists_agree(place, vendor, planner)
    hidden_fields_stay_hidden(vendor, planner)
    foreign_and_hidden_values_are_refused(place, vendor)
    the_hospitals_side_is_its_own(place, server, vendor, planner)
    rights_end_at_the_next_request(place, server, planner)


def the_hospitals_side_is_its_own(place, server, vendor, planner):
    """Whatever the hospital answers in the sheet of a contract, a vendor reads the same pages as
    before, signed in, in its calendar and by its link, until something is agreed."""
    opened = planner.ask("POST", "/contracts/open", [("contract", place.entry["contracts", "own"])])
    need(opened.status == 303, f"cannot open the sheet of a contract: {opened.text[:400]}")
    sheet = opened.headers["Location"].split("/")[2].split("?")[0]
    link = give_page(planner, sheet)
    made = vendor.prove("/settings/calendar", [])
    feed = re.search(r"/feed/dcho_[A-Za-z0-9_-]{43}\.ics", made.text)
    need(feed, f"no calendar: {made.text[:400]}")
    paths = pages_of_a_sheet(place, vendor, sheet, link) + [feed[0]]
    before = {path: what_it_says(vendor, path) for path in paths}
    need(any(sheet in t for t in before.values()) and f"/round/{sheet}/approve" in before,
         "the vendor is not asked")
    told = dict(rev="0", doer="hospital", value="no", target_on=days(17), responsible="内緒の担当者",
                note=SECRET, open_points=SECRET)
    for item, value in (("1-A-1", "no"), ("1-A-2①", "yes")):
        path = f"/round/{sheet}/sharing/" + urllib.parse.quote(item)
        more = {"value": value, **({} if value == "no" else {"target_on": "", "open_points": ""})}
        done = planner.ask("POST", path, list({"side": "hospital", **told, **more}.items()))
        need(done.status == 303, f"cannot answer for the hospital: {done.text[:400]}")
    need(SECRET in planner.ask("GET", f"/round/{sheet}/sharing/1-A-1").text, "nothing was answered")
    for path, was in before.items():
        now = what_it_says(vendor, path)
        need(SECRET not in now and "内緒の担当者" not in now, f"{path} shows the hospital's answer")
        told_by = [l for l in difflib.ndiff(was.split("<"), now.split("<")) if l[0] in "+-"]
        need(now == was, f"{path} tells that the hospital has answered: {told_by[:20]}")
    agreed = {**told, "side": "agreed", "note": "両者の取り決め"}
    done = planner.ask("POST", f"/round/{sheet}/sharing/1-A-1", list(agreed.items()))
    need(done.status == 303, f"cannot agree: {done.text[:400]}")
    strange = planner.ask("POST", f"/round/{sheet}/sharing/1-B-1", list({**agreed, "side": "both"}.items()))
    need(strange.status == 422 and "どちらに書いたのか分かりません" in strange.text, strange.text[:400])
    page = vendor.ask("GET", f"/round/{sheet}/approve")
    need("両者の取り決め" in page.text, f"what is agreed is not shown: {page.text[:600]}")
    a_refused_form_of_a_link_stores_nothing(place, server, link)
    an_emergency_is_the_houses_own(place, server, planner, link)


def an_emergency_is_the_houses_own(place, server, planner, link):
    """Everybody who works here sees that an emergency account is open; a vendor by its link does not."""
    made = planner.prove("/emergency/new", [
        ("name", "非常時 見本2"), ("login", "m-hijou2"), ("role", "operator"), ("keeper", "見本"),
        ("place", "金庫")])
    code, b = CODE.search(made.text), Browser(server.port, address="127.7.1.1")
    need(code, f"no code: {made.text[:400]}")
    done = b.submit(b.get("/emergency"), "/emergency", login="m-hijou2", code=code[0], reason="見本の理由")
    need(done.status == 200 and "非常時 見本2" in planner.ask("GET", "/").text, done.text[:400])
    page = b.get("/reply/" + link)
    need(page.status == 200 and "頼んだ医療機関" in page.text, page.text[:400])
    need("非常時" not in page.text, f"a vendor's page tells of an emergency: {page.text[:600]}")


def a_refused_form_of_a_link_stores_nothing(place, server, link):
    """Files come into the store only with a reply that names them."""
    b, path = Browser(server.port, address="127.7.1.2"), "/reply/" + link
    kept = lambda: sum(1 for f in (place.data / "files").rglob("*") if f.is_file())
    before, page = kept(), b.get(path)
    done = b.upload_all(page, path, {"upload": ("a.txt", b"stale")}, False, rev="99")
    need(done.status == 409 and "選び直して" in done.text, f"{done.status} {done.text[:400]}")
    need(kept() == before, "a form of another revision has stored its file")
    many = Uploads((f"{n}.txt", b"%d of eleven" % n) for n in range(11))
    done = b.upload_all(b.get(path), path, many, False)
    need(done.status == 422 and "10個まで" in done.text, f"{done.status} {done.text[:400]}")
    need(kept() == before, "eleven files were stored and then refused")
    done = b.upload_all(b.get(path), path, {"upload": ("b.txt", b"kept")}, False, name="例" * 81)
    need(done.status == 422 and "選んだファイルは付けました" in done.text, f"{done.status} {done.text[:400]}")
    need(kept() == before + 1 and "b.txt" in b.get(path).text, "the file of a mistyped form is lost")


class Uploads(list):
    """Several files of one field."""
    def items(self):
        return [("upload", f) for f in self]


def pages_of_a_sheet(place, vendor, sheet, link):
    """Every page a vendor may ask for, of this sheet where it is about a round."""
    values = {"round": sheet, "item": "1-A-1", "catalogue": "contract-role-sharing", "link": link,
              "column": "hospital", "part": "1", "format": "pdf", "ledger": "contracts"}
    paths = {"/", "/rounds", f"/round/{sheet}/item/1-A-1/agreed", "/ledger/answers"}
    for route in place.audit["vendor"]["routes"]:
        names = set(re.findall(r"{(\w+)}", route["pattern"]))
        if route["method"] == "GET" and route["allowed"] and names <= set(values) and \
                route["pattern"] not in SLOW and not route["pattern"].startswith(("/api/", "/feed/")):
            paths.add(re.sub(r"{(\w+)}", lambda m: values[m[1]], route["pattern"]))
    # What tells of the visitor's own doings changes with every look.
    return sorted(p for p in paths if not p.startswith(("/my/access", "/settings", "/sessions")))


def what_it_says(person, path):
    """The text and the addresses of a page (of a workbook: its cells), without what
    changes from one asking to the next."""
    page = person.ask("GET", path)
    if page.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(page.body)) as book:
            return "\n".join(book.read(n).decode() for n in sorted(book.namelist()) if "sheet" in n)
    text = page.body.decode("utf-8", "replace")
    return re.sub(r'name="(csrf|key)" value="[^"]*"|'
                  r'data-challenge="[^"]*"|これまでの記録は\d+件|お伝えください: \w+|\d\d:\d\d(:\d\d)?', "#",
                  f"{page.status} {page.headers.get('Location', '')}\n{text}")


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


def prepare(place, server, house=None):
    """What is made through pages: voided entries, attachments, evidence, the ids of rounds, and the
    things beside entries. `house`: the strangers' things."""
    place.port, planner = server.port, Person(server.port, "planner")
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
    questions(place, planner)
    place.link = give_page(planner, place.round["own"])
    give_page(planner, place.round["own"])    # the newest stands first and may be stopped
    page = planner.browser.get(f"/round/{place.round['own']}/vendor")
    place.invite = page.form("/stop")["action"].split("/")[-2]
    place.sheet = give_sheet(planner, place.round["own"])
    place.opened = [l for l in place.ledgers if l not in ("people", "staff")]
    place.opened_rounds = ("own", "voided")
    place.things.by_pages(server.port)
    place.things.put("/accounts/{login}", "foreign", STRANGER)
    place.things.put("/help/{login}", "foreign", STRANGER)
    place.things.put("/emergency/accounts/{login}", "foreign", STRANGER)
    place.strangers = house or Nobody()
    place.code = open_view(planner, "見本の検査", place.opened,
                           [place.round[k] for k in place.opened_rounds])


def give_page(planner, asked):
    """Gives a vendor a page to answer a round and returns the secret part of its address."""
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 5 * 86400))
    page = planner.ask("POST", f"/round/{asked}/vendor", [("sent_to", "見本"), ("until", day)])
    found = re.search(r"/reply/(dcho_[\w-]+)", page.text)
    need(page.status == 200 and found, f"cannot give out a page: {page.text[:500]}")
    return found[1]


def give_sheet(planner, asked):
    """Sends the sheet of a vendor back as it is, and returns the name of the upload."""
    b, path = planner.browser, f"/round/{asked}/vendor"
    sheet = b.get(path + "/sheet")
    need(sheet.status == 200 and sheet.body[:2] == b"PK", f"no sheet: {sheet.status}")
    plan = b.upload(b.get(path), path + "/sheet", "file", "sheet.xlsx", sheet.body, follow=False)
    need(plan.status == 200, f"cannot look at a sheet: {plan.text[:500]}")
    found = [f["action"] for f in plan.forms if f["action"].startswith(path + "/sheet/")]
    return found[0].rpartition("/")[2] if found else NOWHERE


class Nobody:
    """Where no other organisation is needed."""
    class place:
        entry, round = {}, {}

    def get(self, *which):
        return None


def questions(place, planner):
    """A question of each round with a file as evidence; one of another catalogue."""
    for kind in ("own", "other", "voided"):
        link = next(l for l in planner.browser.get("/round/" + place.round[kind]).links if "/item/" in l)
        item, column = [urllib.parse.unquote(p) for p in link.split("/")[-2:]]
        if kind == "own":
            place.item, place.column = item, column
        page = planner.browser.get(link)
        form = page.form(link)
        form["fields"][:] = [f for f in form["fields"] if f[0] != "value"] + [("value", "yes")]
        done = planner.browser.upload(page, link, "upload", "証拠.txt", f"round {kind}".encode())
        need(done.status == 200, f"cannot answer {link}: {done.text[:600]}")
        found = re.search(rb'name="file" value="([0-9a-f]{64})', planner.browser.get(link).body)
        need(found, f"no evidence at {link}: {planner.browser.get(link).text[:600]}")
        place.file["round", kind] = found[1].decode()
    own = {l.split("/")[-2] for l in planner.browser.get("/round/" + place.round["own"]).links
           if "/item/" in l}
    place.other_item = next(urllib.parse.unquote(i) for l in
                            planner.browser.get("/round/" + place.round["voided"]).links
                            if "/item/" in l for i in [l.split("/")[-2]] if i not in own)


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
