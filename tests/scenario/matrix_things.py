"""What addresses name beside the entries of a ledger: requests, grants, stock-takes, imports, files
sent in, keys, calendars, uses of emergency accounts. Each is made by whom it belongs to, through the
program's commands and pages, in the hospital of the matrix and in the house of strangers."""
import html, re, sqlite3, time

from harness import PASSWORD, ROOT, entries, need
from matrix_world import LOGIN, NOWHERE, SPARE, Person

CODE = re.compile(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b")
EMERGENCY, GONE, STRANGER = "m-hijou", "m-gone", "yoso-dake"
ODD = "ここにない列,もう一つ\r\n甲,乙\r\n".encode()    # a file that no ledger can make an entry of


def days(n):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 3600 + n * 86400))


def follow(page, why):
    need(page.status == 303, f"cannot {why}: {page.status} {page.text[:500]}")
    return page.headers["Location"].split("?")[0]


class Things:
    """(family, kind) or (family, kind, role) -> the value in the address. A family is named as its
    place in the addresses, e.g. "/requests/{entry}"."""
    def __init__(self, place):
        self.place, self.w, self.data, self.value = place, place.w, place.data, {}
        self.by_command()

    def put(self, family, kind, value, role=None):
        self.value[(family, kind) + ((role,) if role else ())] = value

    def get(self, family, kind, *owners):
        """That of the first owner (a role, a ledger) who has one, else that of everybody."""
        return next((self.value[family, kind, o] for o in owners if (family, kind, o) in self.value),
                    self.value.get((family, kind)))

    # --- before a server runs -----------------------------------------------------------

    def by_command(self):
        self.proposals()
        self.keys()
        self.catalogues()
        self.w.run("user", "disable", self.data, GONE).exits(0)
        # The same for all who may see them.
        for family, own, voided in (("/accounts/{login}", SPARE, GONE), ("/help/{login}", SPARE, GONE),
                                    ("/emergency/accounts/{login}", EMERGENCY, None)):
            self.put(family, "own", own)
            if voided:
                self.put(family, "voided", voided)
            self.put(family, "nowhere", "nobody-here")
        self.put("/emergency/accounts/{login}", "elsewhere", SPARE)

    def proposals(self):
        rows = ["職員番号,氏名,部署", "8801,新人 見本,外来", "8802,新顔 見本,外来"]
        listed = self.w.file(self.data.name + "-hr.csv", "\r\n".join(rows) + "\r\n")
        self.w.run("people", "hr", self.data, listed, "--partial").exits(0)
        found = [p["id"] for p in self.w.run("people", "proposals", self.data, "--format",
                                             "json").exits(0).json()]
        need(len(found) >= 2, "no proposals")
        self.w.run("people", "reject", self.data, found[1], "--reason", "見本").exits(0)
        for kind, entry in zip(("own", "voided"), found):
            self.put("/people/proposals/{entry}", kind, entry)

    def keys(self):
        self.w.run("user", "add", self.data, "k-list", "--name", "機械 鍵の一覧", "--kind", "machine",
                   "--role", "auditor").exits(0)
        for kind in ("own", "voided"):
            self.w.run("token", "add", self.data, "k-list", "--label", "見本 " + kind, "--scope",
                       "verify", "--until", days(30)).exits(0)
        listed = self.w.run("token", "list", self.data, "--format", "json").exits(0).json()
        for kind in ("own", "voided"):
            key = next(t["id"] for t in listed if t["label"] == "見本 " + kind)
            self.put("/tokens/{token}", kind, key)
        self.w.run("token", "revoke", self.data, self.get("/tokens/{token}", "voided")).exits(0)

    def catalogues(self):
        """Installed on trial, and taken back."""
        text = (ROOT / "content/catalogues/mhlw-checklist-r6-vendor.yaml").read_text()
        for kind in ("voided", "own"):
            name = "mihon-" + kind
            new = self.w.file(f"{self.data.name}-{name}.yaml",
                              text.replace("catalogue: mhlw-checklist-r6-vendor", "catalogue: " + name, 1))
            self.w.run("catalogue", "update", self.data, new, "--apply").exits(0)
            listed = self.w.run("catalogue", "update", self.data, "--format", "json").exits(0).json()
            entry = next(c["entry"] for c in listed if c["id"] == name)
            self.put("/updates/entry/{entry}", kind, entry)
            if kind == "voided":
                self.w.run("catalogue", "update", self.data, "--undo", entry, "--reason",
                           "見本").exits(0)

    def batches(self):
        """Imports of each ledger; one of the contacts is taken back."""
        found = {}
        for e in entries(self.w.export(self.data, "imports")):
            found.setdefault(e["fields"]["ledger"], e["entry"])
        names = list(self.place.ledgers)
        for i, ledger in enumerate(names):
            self.put("/ledger/{ledger}/batch/{batch}", "own", found[ledger], ledger)
            self.put("/ledger/{ledger}/batch/{batch}", "elsewhere", found[names[i - 1]], ledger)

    # --- through pages -----------------------------------------------------------------------

    def by_pages(self, port):
        self.port, self.who = port, {}
        db = sqlite3.connect(f"file:{self.data}/daicho.db?mode=ro", uri=True)
        self.account = {login: i for i, login in db.execute("SELECT id, login FROM account")}
        db.close()
        self.batches()
        for step in (self.requests, self.proxies, self.stocktakes, self.uploads, self.emergencies,
                     self.proofs, self.calendars, self.views, self.forms):
            step()
        for p in self.who.values():
            p.browser.close()
        return self

    def person(self, role):
        if role not in self.who:
            self.who[role] = Person(self.port, role)
        return self.who[role]

    def requests(self):
        family = "/requests/{entry}"

        def ask(role, staff):
            p = self.person(role)
            done = p.ask("POST", "/requests/new", [
                ("staff", self.place.entry["staff", staff]), ("kind", "system"),
                ("systems", "検査システム"), ("why", "見本")])
            return follow(done, f"ask as {role}").split("/")[2]
        for role in ("planner", "operator", "executive", "staff"):
            self.put(family, "own", ask(role, "own"), role)
        self.put(family, "own", self.get(family, "own", "staff"))   # of those who file none
        self.put(family, "department", ask("mate", "own"))
        for kind in ("other", "voided"):
            self.put(family, kind, ask("spare", "other"))
        entry = self.get(family, "voided")
        follow(self.person("planner").ask("POST", f"/requests/{entry}/refuse", [("reason", "見本")]),
               "refuse")

    def proxies(self):
        family, planner = "/proxies/{entry}", self.account[LOGIN["planner"]]

        def ask(role):
            done = self.person(role).ask("POST", "/proxies/new", [
                ("proxy", self.account[LOGIN[role]]), ("principal", planner), ("ledgers", "devices"),
                ("from_on", days(0)), ("until_on", days(20)), ("reason", "見本")])
            return follow(done, f"ask for a grant as {role}").split("/")[2]
        for role in ("operator", "executive", "staff"):
            self.put(family, "own", ask(role), role)
        self.put(family, "own", self.get(family, "own", "operator"))
        for kind in ("other", "voided"):
            self.put(family, kind, ask("second"))
        follow(self.person("second").ask("POST", f"/proxies/{self.get(family, 'voided')}/revoke",
                                         [("why", "見本")]), "revoke")

    def stocktakes(self):
        """One that is closed, in which staff have no line, and one in which a department is theirs."""
        family, p = "/stocktake/{stocktake}", self.person("planner")
        follow(p.ask("POST", "/stocktakes", [("title", "見本の棚卸し")]), "open a stock-take")
        first = next(l for l in p.browser.get("/stocktakes").links if l.startswith("/stocktake/"))
        for link in [l for l in p.browser.get(first).links if "/sheet?" in l]:
            form = p.browser.get(link).form("/sheet")
            done = p.ask("POST", form["action"], [f for f in form["fields"] if f[0] != "csrf"] +
                         [(n, "continue") for n in sorted(form["names"]) if n.startswith("d-")])
            follow(done, "decide")
        follow(p.ask("POST", first + "/close"), "close")
        follow(p.ask("POST", "/stocktakes", [("title", "次の棚卸し")]), "open the second")
        second = next(l for l in p.browser.get("/stocktakes").links
                      if l.startswith("/stocktake/") and l != first)
        follow(p.ask("POST", second + "/head", [("department", self.place.department["own"]),
                                               ("head", LOGIN["staff"])]), "name a head")
        self.put(family, "own", second.split("/")[2])
        self.put(family, "other", first.split("/")[2])

    def uploads(self):
        for role in ("planner", "operator"):
            b = self.person(role).browser
            for family, page, action in (
                    ("/people/list/{token}", "/people", "/people/list"),
                    ("/stocktakes/list/{token}", "/stocktakes", "/stocktakes/list"),
                    ("/ledger/{ledger}/import/{token}", "/ledger/contacts/import", "/import")):
                at = b.get(page)
                fields = at.form(action)["fields"]
                fields[:] = [(n, v or {"system": "検査システム"}.get(n, "")) for n, v in fields]
                done = b.upload(at, action, "file", "odd.csv", ODD, follow=False)
                token = follow(done, f"send a file to {page}").split("/")[-1]
                self.put(family, "own", token, role)
                self.put(family, "other", token, "operator" if role == "planner" else "planner")
                if role == "planner":
                    self.put(family, "own", token)
        b = self.person("planner").browser
        done = b.upload(b.get("/updates"), "/updates", "file", "odd.yaml", ODD, follow=False)
        self.put("/updates/file/{token}", "own", follow(done, "send a catalogue").split("/")[-1])

    def emergencies(self):
        p, o = self.person("planner"), self.person("operator")
        made = p.ask("POST", "/emergency/new", [
            ("name", "非常時 見本"), ("login", EMERGENCY), ("role", "operator"), ("keeper", "見本"),
            ("place", "金庫"), ("password", PASSWORD)])
        need(made.status == 200 and CODE.search(made.text), made.text[:500])
        done = o.ask("POST", f"/emergency/accounts/{EMERGENCY}/ask",
                     [("reason", "見本の理由"), ("password", PASSWORD)])
        self.put("/emergency/uses/{entry}", "own", follow(done, "ask to open").split("/")[3])
        for kind in ("voided", "own"):
            follow(p.ask("POST", "/emergency/declare", [("kind", "drill"), ("reason", "見本")]), "declare")
            form = p.browser.get("/emergency/accounts").form("/end")
            self.put("/emergency/declare/{entry}", kind, form["action"].split("/")[3])
            if kind == "voided":
                follow(p.ask("POST", form["action"]), "end what was declared")

    def proofs(self):
        p = self.person("second")
        for kind in ("own", "voided"):
            done = p.ask("POST", "/ledger/identity_proofs/new", [
                ("v-account", self.account[SPARE]), ("v-person", "見本 予備"),
                ("v-purpose", "bypass"), ("v-method", "badge"), ("v-checked_on", "2026-01-05"),
                ("act", "draft")])
            self.put("/help/proof/{entry}", kind, follow(done, "write a proof").split("/")[4])
        entry = self.get("/help/proof/{entry}", "voided")
        follow(self.person("planner").ask("POST", f"/ledger/identity_proofs/entry/{entry}/act", [
            ("op", "void"), ("rev", "1"), ("reason", "見本")]), "void a proof")

    def calendars(self):
        for role, kind in (("staff", "own"), ("spare", "voided")):
            done = self.person(role).ask("POST", "/settings/calendar", [("password", PASSWORD)])
            found = re.search(r"/feed/(dcho_[A-Za-z0-9_-]{43}\.ics)", done.text)
            need(found, f"no calendar: {done.text[:400]}")
            self.put("/feed/{token}", kind, found[1])
        follow(self.person("spare").ask("POST", "/settings/calendar/stop"), "stop a calendar")

    def views(self):
        """Views opened to inspectors: one that may be ended, one that has ended."""
        p = self.person("planner")
        for kind in ("voided", "own"):
            code = open_view(p, "見本の閲覧 " + kind, ["vendors"], [])
            action = p.browser.get("/inspections").form("/end")["action"]
            self.put("/inspections/{inspection}", kind, action.split("/")[2])
            if kind == "voided":
                follow(p.ask("POST", action), "end a view")
        self.view_code = code

    def forms(self):
        """Forms of others kept for the catalogue of a round. Who may drop one has one of its own."""
        family, p, made = "/round/{round}/form/{form}", self.person("planner"), {}
        for round, catalogue, names in (
                ("own", "mhlw-checklist-r6-vendor", ("own", "planner", "voided")),
                ("voided", "mhlw-checklist-r6-hospital", ("elsewhere",))):
            if round not in self.place.round:
                continue
            sheet = self.w.folder / f"{self.data.name}-{catalogue}.xlsx"
            self.w.run("catalogue", "show", catalogue, "--format", "xlsx", "--out", sheet).exits(0)
            path = f"/round/{self.place.round[round]}/form"
            for name in names:
                text = f"format: 1\nform: 見本 {name}\ncatalogue: {catalogue}\nsheet: 項目\n" \
                       "cells: [{part: organisation, cell: ZZ1}]\n"
                files = {"new-form": ("f.xlsx", sheet.read_bytes()), "new-map": ("m.yaml", text.encode())}
                follow(p.browser.upload_all(p.browser.get(path), path + "s", files, False,
                                            title="見本 " + name), "keep a form")
                links = {l.split("/")[4] for l in p.browser.get(path).links if l.endswith("/file")}
                made[name] = (links - set(made.values())).pop()
        for name, entry in made.items():
            self.put(family, *(("own", entry, name) if name in LOGIN else (name, entry)))
        follow(p.ask("POST", f"/round/{self.place.round['own']}/form/{made['voided']}/drop"), "drop")


def open_view(planner, name, ledgers, rounds):
    """Opens a view to an inspector and returns the code on the paper."""
    page = planner.ask("POST", "/inspections", [("name", name), ("from", days(0)), ("until", days(0))] +
                       [("ledger", l) for l in ledgers] + [("round", r) for r in rounds])
    found = re.search(r"k[0-9a-z]{7}-[a-z0-9-]+", page.text)
    need(page.status == 200 and found, f"cannot open a view: {page.text[:500]}")
    return found[0]
