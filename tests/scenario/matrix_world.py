"""The hospital of the access matrix: an account of every role, and in every ledger an entry
that concerns vendor A and one department ("own"), one that concerns vendor B and another department
("other") and a voided one. And the house of strangers: another organisation with the same logins."""
import html, http.client, json, re, time

from harness import PASSWORD, Browser, entries, need

ROLES = ("executive", "planner", "operator", "auditor", "staff", "vendor", "inspector")
# Beside one account of each role: staff of the same department, staff of another one that may be
# stopped and reset, a second operator, and one that is stopped.
BESIDE = {"mate": "staff", "spare": "staff", "second": "operator", "gone": "staff"}
LOGIN = {role: "m-" + role for role in (*ROLES, *BESIDE)}
SPARE = LOGIN["spare"]
DEPARTMENT = {"own": "3階東", "other": "外来", "voided": "3階東"}
NOWHERE = "01jzzzzzzzzzzzzzzzzzzzzzzz"  # an id that no entry has
HASH = "0" * 64
# Ledgers tried in any case; beside them every one that shows a role only a part of itself.
ALWAYS = ("vendors", "documents", "contacts", "people")
PARTS = ("own", "department", "site", "vendor", "itself")
VARIANTS = ("own", "other", "voided")
SECRET = "ヒミツノコトバ"   # stands in every long text that some role may not see
VENDOR = {"own": "事業者甲", "other": "事業者乙", "voided": "事業者丙"}


def value_of(field, variant, names, hidden, departments):
    """What to import for a field; None leaves it empty."""
    n = VARIANTS.index(variant)
    if field["name"] in departments and field["type"] == "text":
        return DEPARTMENT[variant]
    if field.get("ref") == "vendors":
        return VENDOR["own" if variant == "voided" else variant]
    if field["type"] == "ref":
        return names.get((field["ref"], variant)) if field["required"] else None
    if field["name"] in hidden and field["type"] == "longtext":
        return SECRET
    if not (field["required"] or field["unique"]):
        return None
    if field["type"] == "enum":
        return next(v["label"]["ja"] for v in field["values"] if not v["retired"])
    if field["type"] == "account":
        return "見本 spare" if variant == "other" else "見本 staff"
    text = field["example"] or "見本"
    return f"{text}{n}" if field["unique"] and field["type"] == "text" else text


class Place:
    """The data folder and everything the makers of parameters need."""
    def __init__(self, world, name="data", stranger=None):
        self.w, self.entry, self.ledgers, self.names = world, {}, {}, {}
        self.department = DEPARTMENT
        self.audit = {r["role"]: r for r in
                      world.run("audit", "access", "--format", "json").exits(0).json()["roles"]}
        self.stranger, self.data = stranger, world.init(name)
        for role in (*ROLES, *BESIDE):
            if role not in ("vendor", "inspector"):
                where = "other" if role == "spare" else "own"
                world.user(self.data, LOGIN[role], BESIDE.get(role, role), "見本 " + role,
                           "--department", DEPARTMENT[where])
        if stranger:
            world.user(self.data, stranger, "planner", "見本 よその人")
        for ledger in self.audit["planner"]["ledgers"]:
            if not ledger["system"] and self.is_tried(ledger["ledger"]):
                self.ledgers[ledger["ledger"]] = world.run(
                    "ledger", "show", ledger["ledger"], "--format", "json").exits(0).json()
        self.fill()
        world.run("user", "add", self.data, LOGIN["vendor"], "--name", "見本 vendor", "--role",
                  "vendor", "--vendor", self.entry["vendors", "own"], "--password-stdin",
                  stdin=PASSWORD.encode() + b"\n").exits(0)
        self.rounds()
        self.keys = {role: self.machine(role) for role in ROLES
                     if role != "inspector" and (role == "planner" or not stranger)}

    def machine(self, role):
        """The key of a machine of that role, whose scope leaves nothing out."""
        options = ["--vendor", self.entry["vendors", "own"]] if role == "vendor" else []
        self.w.run("user", "add", self.data, "k-" + role, "--name", "機械 " + role, "--kind",
                   "machine", "--role", role, "--department", DEPARTMENT["own"], *options).exits(0)
        scope = " ".join([f"{act}:{l}" for l in self.ledgers for act in ("read", "write", "export")]
                         + ["checkpoint", "verify"])
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        return self.w.run("token", "add", self.data, "k-" + role, "--label", "見本", "--scope",
                          scope, "--until", day).exits(0).out.strip()

    def is_tried(self, name):
        if self.stranger:
            return name in (*ALWAYS, "staff")
        return name in ALWAYS or any(l["rows"]["scope"] in PARTS for r in self.audit.values()
                                     for l in r["ledgers"] if l["ledger"] == name)

    def hidden(self, ledger):
        """Fields that at least one role may not see although it sees entries."""
        names = set()
        for role in self.audit.values():
            part = next(l for l in role["ledgers"] if l["ledger"] == ledger)
            if part["acts"]["read"]["allowed"]:
                names |= {f["name"] for f in part["fields"] if not f["visible"]}
        return names

    def departments(self, ledger):
        """Fields that decide by department who sees an entry."""
        return {f for r in self.audit.values() for l in r["ledgers"] if l["ledger"] == ledger
                and l["rows"]["scope"] == "department" for f in l["rows"]["fields"]}

    def fill(self):
        """Imports three entries into every ledger; those others refer to come first."""
        waiting = dict(self.ledgers)
        while waiting:
            name = next((n for n, d in waiting.items() if not any(
                f.get("ref") in waiting and f["ref"] != n and
                (f["required"] or f["ref"] == "vendors") for f in d["fields"])), None)
            need(name, f"the ledgers {sorted(waiting)} need each other: teach value_of a way out")
            self.fill_one(name, waiting.pop(name))

    def fill_one(self, name, definition):
        hidden, before, rows = self.hidden(name), {}, []
        title = next(f for f in definition["fields"]
                     if f["name"] == self.name_field(definition))
        for variant in VARIANTS:
            row = {f["label"]["ja"]: value_of(f, variant, self.names, hidden,
                                              self.departments(name))
                   for f in definition["fields"]}
            if title["type"] == "text":
                row[title["label"]["ja"]] = VENDOR[variant] if name == "vendors" else \
                    f"{variant}の{definition['title']['ja'][:6]}"
            rows.append(row)
        heads = [h for h in rows[0] if any(r[h] for r in rows)]
        text = "\r\n".join(",".join((r[h] or "") for h in heads)
                           for r in [dict(zip(heads, heads))] + rows) + "\r\n"
        report = self.w.run("import", self.data, name, self.w.file(f"{self.data.name}-{name}.csv", text),
                            "--format", "json")
        need(report.code == 0, f"cannot fill {name}: teach value_of its fields\n{report.out}\n"
                               f"{report.err}\n{text}")
        made = sorted(entries(self.w.export(self.data, name)), key=lambda e: e["receipt"])[-3:]
        for variant, e in zip(VARIANTS, made):
            self.entry[name, variant] = e["entry"]
            self.names[name, variant] = e["fields"].get(title["name"], "")

    def name_field(self, definition):
        return next(l["name_field"] for l in self.audit["planner"]["ledgers"]
                    if l["ledger"] == definition["ledger"])

    def rounds(self):
        run = self.w.run
        for which, scope in (("facility", None), ("own", "own"), ("other", "other"))[self.stranger and 1 or 0:]:
            catalogue = "mhlw-checklist-r6-hospital" if not scope else "mhlw-checklist-r6-vendor"
            options = ["--vendor", self.entry["vendors", scope]] if scope else []
            run("round", "open", self.data, catalogue, "--year", "2026", *options, "--as",
                LOGIN["planner"]).exits(0)


class Person:
    """One role's browser, which signs in again when a route has ended its session; routes for
    machines are asked with the key of a machine of that role. Each role sits at an address of its
    own: what one of them is slowed down for shows in nobody else's answers."""
    def __init__(self, port, role, code=None, key=None):
        self.port, self.role, self.code, self.key = port, role, code, key
        self.address = f"127.7.0.{1 + list((*LOGIN, 'nobody')).index(role)}"
        self.machine = Browser(port, address=self.address)
        self.renew()

    def renew(self):
        if getattr(self, "browser", None):
            self.browser.close()
        self.browser = Browser(self.port, address=self.address)
        if self.role != "nobody":
            at, fields = ("/inspect", {"code": self.code}) if self.code else \
                ("/signin", {"login": LOGIN[self.role], "password": PASSWORD})
            page = self.browser.submit(self.browser.get(at), at, follow=False, **fields)
            need(page.status == 303, f"{self.role} cannot sign in: {page.text[:300]}")
        self.csrf = None

    def token(self):
        """The CSRF token of this session, from the sign-out form of any page."""
        if self.csrf is None:
            page = self.browser.get("/ledgers" if self.role != "nobody" else "/signin")
            found = re.search(rb'name="csrf" value="([^"]+)"', page.body)
            need(found, f"{self.role}: no form on {page.status} {page.text[:200]}")
            self.csrf = html.unescape(found[1].decode())
        return self.csrf

    def ask_machine(self, method, path):
        headers = {"Authorization": "Bearer " + self.key} if self.key else {}
        body = None
        if method == "POST":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": "1"}
            body = json.dumps({"fields": {}})
        page = self.machine.send(method, path, body, headers)
        page.text = page.body.decode("utf-8", "replace")
        return page

    def ask(self, method, path, fields=()):
        try:
            if path.startswith("/api/"):
                return self.ask_machine(method, path)
            if method == "GET":
                page = self.browser.send("GET", path)
            else:
                page = self.browser.post(path, [("csrf", self.token()), *fields], follow=False)
        except (OSError, http.client.HTTPException) as why:
            raise AssertionError(f"{self.role} {method} {path}: {why!r}") from why
        if page.headers.get("Set-Cookie") or \
                (self.role != "nobody" and page.headers.get("Location", "").startswith(
                    ("/signin", "/lock"))):
            self.renew()
        return page

    def prove(self, path, fields):
        """A form with the right password, sent again when told to wait: the requests before this
        gave wrong ones."""
        for _ in range(20):
            page = self.ask("POST", path, [*fields, ("password", PASSWORD)])
            wait = re.search(r"続けて間違えたため、[^。]*。あと(\d+)秒", page.text)
            if not wait:
                break
            time.sleep(int(wait[1]))
        return page
