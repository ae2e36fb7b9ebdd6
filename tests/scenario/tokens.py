"""Machines with keys and calendar feeds: what a key covers, and that it ends when it must."""
import json, pathlib, re, sqlite3, sys, time
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Browser, PASSWORD, Server, entries, main, need, scenario

KEY = re.compile(r"dcho_[A-Za-z0-9_-]{43}")
EVERYTHING = ("read:devices write:devices export:devices read:vendors read:contacts "
              "checkpoint verify")


def rows(data, sql, *values):
    with_db = sqlite3.connect(f"{data}/daicho.db", timeout=10)
    try:
        found = with_db.execute(sql, values).fetchall()
        with_db.commit()
        return found
    finally:
        with_db.close()


def far(days=300):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))


def key(world, data, login, scope, *options, until=None):
    done = world.run("token", "add", data, login, "--label", "部門システム連携", "--scope", scope,
                     "--until", until or far(), *options).exits(0)
    text = done.out.strip()
    need(KEY.fullmatch(text), f"no key: {done.out!r}")
    return text


def house(world):
    data = world.init()
    world.user(data, "kanri", "planner", name="管理 花子")
    world.user(data, "kango", "staff", name="看護 次郎")
    for login, role in (("renkei", "operator"), ("kansatsu", "auditor")):
        world.run("user", "add", data, login, "--name", f"連携 {login}", "--role", role,
                  "--kind", "machine").exits(0)
    return data


class Machine:
    """A program with a key: no cookies, no pages."""
    def __init__(self, port, text):
        self.browser, self.text, self.number = Browser(port), text, 0

    def ask(self, method, path, body=None, key=None, **headers):
        sent = {"Accept": "*/*"}
        if self.text:
            sent["Authorization"] = "Bearer " + self.text
        if method == "POST":
            self.number += 1
            sent["Content-Type"] = "application/json"
            sent["Idempotency-Key"] = key or f"{id(self)}-{self.number}"
            body = json.dumps(body) if not isinstance(body, str) else body
        sent.update({name.replace("_", "-"): value for name, value in headers.items() if value})
        for name in [n for n, v in headers.items() if v is None]:
            sent.pop(name.replace("_", "-"), None)
        page = self.browser.send(method, path, body, sent)
        if page.headers.get("Content-Type") == "application/json":
            page.json = json.loads(page.body)
        else:
            page.json = None
        need("Set-Cookie" not in page.headers, f"{path} sets a cookie")
        return page

    def get(self, path, status=200, **headers):
        page = self.ask("GET", path, **headers)
        need(page.status == status, f"GET {path}: {page.status}, wanted {status}: {page.body[:400]}")
        need(page.json is not None, f"GET {path} is no JSON: {page.headers}")
        if status >= 400:
            need(re.search("[ぁ-ん]", page.json["error"]["text"]), page.json)
        return page.json

    def post(self, path, body, status=201, **headers):
        page = self.ask("POST", path, body, **headers)
        need(page.status == status, f"POST {path}: {page.status}, wanted {status}: {page.body[:600]}")
        need(page.json is not None, f"POST {path} is no JSON: {page.headers}")
        return page.json


def device(name, **more):
    return {"fields": {"name": name, **more}}


@scenario
def a_key_does_what_role_and_scope_both_allow(world):
    data = house(world)
    full = key(world, data, "renkei", EVERYTHING)
    reader = key(world, data, "renkei", "read:devices")
    watcher = key(world, data, "kansatsu", EVERYTHING)
    with Server(world, data) as server:
        machine, eyes, other = (Machine(server.port, t) for t in (full, reader, watcher))
        ledgers = {l["ledger"]: l["acts"] for l in machine.get("/api/ledgers")["ledgers"]}
        need(ledgers == {"devices": ["read", "create", "revise", "export"], "vendors": ["read"],
                         "contacts": ["read"]}, ledgers)
        need([l["acts"] for l in eyes.get("/api/ledgers")["ledgers"]] == [["read"]], "scope")
        # The auditor's role writes nothing, whatever the scope says.
        acts = {l["ledger"]: l["acts"] for l in other.get("/api/ledgers")["ledgers"]}
        need("create" not in acts["devices"] and "read" in acts["devices"], acts)
        other.post("/api/ledger/devices", device("だめ"), 403)
        made = machine.post("/api/ledger/devices", device("外来PC", asset_no="A-1"))
        need(made["receipt"] > 0 and made["rev"] == 1 and made["state"] == "draft", made)
        eyes.post("/api/ledger/devices", device("だめ"), 403)
        eyes.get("/api/ledger/contacts", 403)
        eyes.get("/api/checkpoint", 403)
        eyes.get("/api/ledger/devices/export?format=csv", 403)
        need(eyes.get("/api/ledger/devices")["entries"][0]["entry"] == made["entry"], "list")
        one = eyes.get("/api/ledger/devices/entry/" + made["entry"])
        need(one["fields"]["name"] == "外来PC" and one["rev"] == 1, one)
        need(machine.get("/api/checkpoint")["checkpoint"].count("\n— ") >= 1, "checkpoint")
        proof = machine.get(f"/api/ledger/devices/entry/{made['entry']}/proof")
        need(proof["receipt"] == made["receipt"] and "c2sp.org/tlog-proof" in proof["proof"], proof)
        eyes.get(f"/api/ledger/devices/entry/{made['entry']}/proof", 403)
        file = machine.ask("GET", "/api/ledger/devices/export?format=csv")
        need(file.status == 200 and "外来PC" in file.body.decode("utf-8-sig"), file.headers)
        # No page opens for a key, and none of the system's own ledgers.
        for path in ("/", "/ledger/devices", "/accounts", "/settings"):
            page = machine.ask("GET", path)
            need(page.status == 303 and "/signin" in page.headers["Location"], path)
        machine.get("/api/ledger/answers", 404)
        machine.get("/api/ledger/staff", 403)
        # Where a key may stand.
        stranger = Machine(server.port, None)
        for way in (f"/api/ledgers?access_token={full}", f"/api/ledgers?token={full}",
                    f"/api/ledgers?key={full}"):
            page = stranger.ask("GET", way)
            need(page.status == 401 and page.headers["WWW-Authenticate"].startswith("Bearer"), way)
        planner = Browser(server.port)
        planner.sign_in("kanri")
        page = planner.send("GET", "/api/ledgers")
        need(page.status == 401, f"a cookie opens the interface: {page.status}")
        page = planner.send("POST", "/api/ledger/devices", json.dumps(device("x")),
                            {"Content-Type": "application/json", "Idempotency-Key": "1"})
        need(page.status == 401, f"a cookie writes through the interface: {page.status}")
        page = stranger.ask("POST", "/api/ledger/devices", f"access_token={full}",
                            Content_Type="application/x-www-form-urlencoded")
        need(page.status == 401, "a key in a form")
        machine.get("/api/ledgers?access_token=1", 400)
        page = machine.ask("GET", "/api/ledgers", Authorization="Basic " + full)
        need(page.status == 401, "another kind of authorization")
        wrong = full[:-1] + ("A" if full[-1] != "A" else "B")
        need(Machine(server.port, wrong).ask("GET", "/api/ledgers").status == 401, "a wrong key")
        time.sleep(0.5)
    log = server.text()
    need(not KEY.search(log) and full[5:] not in log, "a key stands in the log")
    for text in (full, reader, watcher):
        need(text not in pathlib.Path(data, "daicho.db").read_bytes().decode("latin-1"),
             "a key stands in the database")
    refused = rows(data, "SELECT count(*) FROM access WHERE event = 'token' AND refused = 1")
    need(refused[0][0] >= 1, "refused keys are not noted")
    marks = rows(data, "SELECT count(*) FROM access WHERE mark = 'token' AND actor = "
                       "(SELECT id FROM account WHERE login = 'renkei')")
    need(marks[0][0] >= 2, f"what machines saw is not marked: {marks}")
    world.run("verify", data).exits(0)


@scenario
def writing_is_done_once_and_in_turn(world):
    data = house(world)
    full = key(world, data, "renkei", EVERYTHING)
    with Server(world, data) as server:
        m = Machine(server.port, full)
        first = m.post("/api/ledger/devices", device("受付PC"), Idempotency_Key="one")
        again = m.post("/api/ledger/devices", device("受付PC"), Idempotency_Key="one")
        need(again["entry"] == first["entry"] and again["receipt"] == first["receipt"] and
             again["repeated"] and not first["repeated"], again)
        path = "/api/ledger/devices/entry/" + first["entry"]
        two = m.post(path, {"base_rev": 1, "fields": {"maker": "A社"}, "reason": "調べた",
                            "state": "confirmed"}, Idempotency_Key="two")
        need(two["rev"] == 2 and two["state"] == "confirmed", two)
        need(m.post(path, {"base_rev": 1, "fields": {"maker": "A社"}}, Idempotency_Key="two")
             ["repeated"], "a revision sent twice")
        late = m.post(path, {"base_rev": 1, "fields": {"maker": "B社"}}, 409)
        need("連携 renkei" in late["error"]["text"], late)
        kept = m.get(path)["fields"]
        need((kept["name"], kept["maker"]) == ("受付PC", "A社"), f"{kept}")
        # Faults name their fields.
        bad = m.post("/api/ledger/devices", {"fields": {"support_end": "いつか", "nanika": "x",
                                                        "name": 5}}, 422)
        need({f["field"] for f in bad["error"]["faults"]} == {"support_end", "fields", "name"}, bad)
        empty = m.post("/api/ledger/devices", {"fields": {}}, 422)
        need([f["field"] for f in empty["error"]["faults"]] == ["name"], empty)
        # Nobody becomes somebody else or skips a step by naming it.
        for more in ({"actor": "kanri"}, {"behalf": "kanri"}, {"on_behalf_of": "x"}, {"seq": 1},
                     {"rev": 9}, {"entry": first["entry"]}, {"confirm": True}, {"role": "planner"},
                     {"base_rev": 1}, {"state": "approved"}, {"state": "voided"}, {"batch": "x"}):
            m.post("/api/ledger/devices", {"fields": {"name": "だめ"}, **more}, 422)
        files = m.post("/api/ledger/devices", {"fields": {"name": "x", "files": ["0" * 64]}}, 422)
        need(files["error"]["faults"], files)
        # What is no JSON, too large, or without its key.
        m.post("/api/ledger/devices", "{", 422)
        m.post("/api/ledger/devices", '{"fields":{"name":"a","name":"b"}}', 422)
        m.post("/api/ledger/devices", "[]", 422)
        m.post("/api/ledger/devices", device("x" * 300000), 413)
        page = m.ask("POST", "/api/ledger/devices", device("x"), Idempotency_Key=None)
        need(page.status == 422 and "Idempotency-Key" in page.json["error"]["text"], page.json)
        page = m.ask("POST", "/api/ledger/devices", "name=x",
                     Content_Type="application/x-www-form-urlencoded")
        need(page.status in (415, 422) and page.json, page.status)
        m.post("/api/ledger/devices/entry/" + "0" * 26, {"base_rev": 1, "fields": {}}, 404)
        need(len(m.get("/api/ledger/devices")["entries"]) == 1, "something was written")
        # Pages by receipt: everything once, in order, changes come again.
        for n in range(7):
            m.post("/api/ledger/devices", device(f"端末{n}"))
        seen, after = [], 0
        while True:
            part = m.get(f"/api/ledger/devices?after={after}&limit=3")
            seen += [e["receipt"] for e in part["entries"]]
            after = part["next"]
            if not part["more"]:
                break
        need(len(seen) == 8 and seen == sorted(seen), seen)
        need(m.get(f"/api/ledger/devices?after={after}")["entries"] == [], "after the last")
        m.post(path, {"base_rev": 2, "fields": {"maker": "C社"}})
        changed = m.get(f"/api/ledger/devices?after={after}")["entries"]
        need([e["entry"] for e in changed] == [first["entry"]], changed)
        need(len(m.get("/api/ledger/devices?q=端末3".replace("端末", "%E7%AB%AF%E6%9C%AB"))
                 ["entries"]) == 1, "search")
        m.get("/api/ledger/devices?sort=name", 400)
        m.get("/api/ledger/devices?limit=501", 400)
    world.run("verify", data).exits(0)


@scenario
def a_vendor_sees_its_own_rows_only(world):
    data = house(world)
    full = key(world, data, "renkei", EVERYTHING + " write:vendors")
    with Server(world, data) as server:
        m = Machine(server.port, full)
        made = []
        for name in ("甲システム", "乙システム"):
            made.append(m.post("/api/ledger/vendors", {"state": "confirmed", "fields": {
                "name": name, "kind": "maintenance"}}))
        for n, v in enumerate(made):
            m.post("/api/ledger/devices", {"state": "confirmed", "fields": {
                "name": f"機器{n}", "vendor": v["entry"]}})
    world.run("user", "add", data, "kou", "--name", "甲の機器", "--role", "vendor", "--kind",
              "machine", "--vendor", made[0]["entry"]).exits(0)
    text = key(world, data, "kou", "read:devices read:vendors")
    with Server(world, data, "second") as server:
        full, v = Machine(server.port, full), Machine(server.port, text)
        devices = full.get("/api/ledger/devices")["entries"]
        own = v.get("/api/ledger/devices")["entries"]
        need([e["fields"]["name"] for e in own] == ["機器0"], own)
        need([e["entry"] for e in v.get("/api/ledger/vendors")["entries"]] == [made[0]["entry"]],
             "vendors")
        other = next(e["entry"] for e in devices if e["entry"] != own[0]["entry"])
        shapes = []
        for entry in (other, "01234567890123456789abcdef", made[1]["entry"]):
            page = v.ask("GET", "/api/ledger/devices/entry/" + entry)
            error = page.json["error"]
            shapes.append((page.status, error["code"], error["text"]))
        need(len(set(shapes)) == 1 and shapes[0][0] == 404, shapes)


@scenario
def keys_end_at_once(world):
    data = house(world)
    for n in range(4):
        world.run("user", "add", data, f"kikai{n}", "--name", f"機械{n}", "--role", "operator",
                  "--kind", "machine").exits(0)
    keys = [key(world, data, f"kikai{n}", "read:devices") for n in range(4)]
    near = key(world, data, "renkei", "read:devices", "--address", "127.0.0.0/8")
    away = key(world, data, "renkei", "read:devices", "--address", "192.0.2.0/24")
    bound = key(world, data, "renkei", "read:devices", "--cert", "ab" * 32)
    for bad in (("--until", far(500)), ("--until", "2020-01-01"), ("--scope", "read:nowhere"),
                ("--scope", "everything"), ("--address", "192.0.2.0/33"), ("--cert", "zz"),
                ("--scope", "")):
        args = {"--label": "x", "--scope": "read:devices", "--until": far(), bad[0]: bad[1]}
        world.run("token", "add", data, "renkei", *[a for p in args.items() for a in p]) \
            .exits(1).complains()
    world.run("token", "add", data, "kanri", "--label", "x", "--scope", "read:devices", "--until",
              far()).exits(1).complains("機器連携用")
    listed = world.run("token", "list", data, "--format", "json").exits(0).json()
    need(len(listed) == 7 and not any(KEY.search(json.dumps(t)) for t in listed), listed)
    with Server(world, data) as server:
        machines = [Machine(server.port, t) for t in keys]
        for m in machines:
            m.get("/api/ledger/devices")
        Machine(server.port, near).get("/api/ledger/devices")
        Machine(server.port, away).get("/api/ledger/devices", 401)
        Machine(server.port, bound).get("/api/ledger/devices", 401)
        planner = Browser(server.port)
        planner.sign_in("kanri")
        # Stopped, given another role, expired, past the last day of its account.
        planner.submit(planner.get("/accounts/kikai0/stop"), "/accounts/kikai0/stop")
        machines[0].get("/api/ledger/devices", 401)
        page = planner.get("/accounts/kikai1")
        done = planner.submit(page, "/accounts/kikai1", role="staff", password=PASSWORD)
        need(done.status == 200, done.text[:300])
        machines[1].get("/api/ledger/devices", 401)
        rows(data, "UPDATE token SET expires = 1 WHERE account = "
                   "(SELECT id FROM account WHERE login = 'kikai2')")
        machines[2].get("/api/ledger/devices", 401)
        machines[3].get("/api/ledger/devices")
        # Allowed again, the old key stays ended.
        planner.submit(planner.get("/accounts/kikai0/stop"), "/accounts/kikai0/stop")
        machines[0].get("/api/ledger/devices", 401)
        left = rows(data, "SELECT count(*) FROM token WHERE account IN (SELECT id FROM account "
                          "WHERE login IN ('kikai0', 'kikai1'))")
        need(left == [(0,)], f"ended keys are still there: {left}")
        # A person who tries many is slowed down; the machine with a good key is not.
        guess = [Machine(server.port, "dcho_" + "A" * 43).ask("GET", "/api/ledgers").status
                 for _ in range(30)]
        need(guess[0] == 401 and guess[-1] == 503, guess)
        machines[3].get("/api/ledger/devices")
    world.run("verify", data).exits(0)


# --- calendars ------------------------------------------------------------------------

def read_calendar(body):
    """A small reader of RFC 5545 of its own: unfolds, unescapes, and is strict about form."""
    text = body.decode("utf-8")
    need(text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), "line ends")
    raw = text[:-2].split("\r\n")
    need(all(len(line.encode()) <= 75 for line in raw), "a line is too long")
    lines = []
    for line in raw:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    need(lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR", "the frame")
    need("VERSION:2.0" in lines and any(l.startswith("PRODID:") for l in lines), "the head")
    events, now = [], None
    for line in lines[1:-1]:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            now = {}
        elif line == "END:VEVENT":
            need({"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= set(now), f"{now}")
            need(re.fullmatch(r"\d{8}T\d{6}Z", now["DTSTAMP"]), now["DTSTAMP"])
            need(re.fullmatch(r"\d{8}", now["DTSTART;VALUE=DATE"]), str(now))
            events.append(now)
            now = None
        elif now is not None:
            need(name not in now, f"{name} twice")
            now[name] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
    need(len({e["UID"] for e in events}) == len(events), "the same UID twice")
    return events


def feed_of(browser):
    page = browser.submit(browser.get("/settings/calendar"), "/settings/calendar", password=PASSWORD)
    found = re.search(r"https://[^/]+(/feed/dcho_[A-Za-z0-9_-]{43}\.ics)", page.text)
    need(page.status == 200 and found, page.text[:600])
    need("dcho_" not in browser.get("/settings/calendar").text, "the address is shown again")
    return found[1]


def summaries(port, path):
    page = Browser(port).send("GET", path)
    need(page.status == 200, f"{path}: {page.status} {page.text[:200]}")
    need(page.headers["Content-Type"].startswith("text/calendar"), page.headers["Content-Type"])
    need("no-store" in page.headers["Cache-Control"] and page.headers["Referrer-Policy"] in
         ("no-referrer", "same-origin") and "Set-Cookie" not in page.headers, str(page.headers))
    return {e["SUMMARY"]: e for e in read_calendar(page.body)}


@scenario
def a_calendar_shows_what_its_owner_may_see(world):
    data = house(world)
    world.user(data, "unyou", "operator", name="運用 四郎")
    soon = far(40)
    text = key(world, data, "renkei", EVERYTHING + " write:vendors write:documents")
    with Server(world, data) as server:
        m = Machine(server.port, text)
        vendor = m.post("/api/ledger/vendors", {"state": "confirmed", "fields": {
            "name": "甲, システム; 株式会社", "kind": "maintenance", "contract_to": soon}})
        other = m.post("/api/ledger/vendors", {"state": "confirmed", "fields": {
            "name": "乙システム", "kind": "maintenance", "contract_to": soon}})
        for name, status in (("とても長い名前の検査部門の患者情報参照用の端末パソコン その1号機", "in_use"),
                             ("廃棄済み", "disposed")):
            m.post("/api/ledger/devices", {"state": "confirmed", "fields": {
                "name": name, "support_end": soon, "status": status,
                "vendor": vendor["entry"], **({"disposed_on": "2026-01-05"} if status == "disposed"
                                              else {})}})
    world.run("user", "add", data, "kou", "--name", "甲 担当", "--role", "vendor", "--vendor",
              vendor["entry"], "--password-stdin", stdin=PASSWORD.encode() + b"\n").exits(0)
    with Server(world, data, "second") as server:
        people = {}
        for login in ("kanri", "unyou", "kango", "kou"):
            people[login] = Browser(server.port)
            people[login].sign_in(login)
        feeds = {login: feed_of(b) for login, b in people.items()}
        seen = {login: summaries(server.port, path) for login, path in feeds.items()}
        mine = [t for t in seen["unyou"] if "契約の終わり" in t and "甲, システム; 株式会社" in t]
        need(len(mine) == 1, list(seen["unyou"]))
        need(seen["unyou"][mine[0]]["DTSTART;VALUE=DATE"] == soon.replace("-", ""), "the day")
        need("/ledger/vendors/entry/" + vendor["entry"] in seen["unyou"][mine[0]]["URL"], "link")
        need(any("その1号機（サポート終了）" in t for t in seen["unyou"]), list(seen["unyou"]))
        need(not any("廃棄済み" in t for t in seen["unyou"]), "a device that is gone")
        need(any("機器連携の鍵の期限" in t for t in seen["kanri"]) and
             not any("機器連携" in t for t in seen["unyou"]), "keys concern the planner alone")
        # A nurse has nothing to do with contracts, a vendor only with its own.
        need(set(seen["kango"]) == {"このカレンダーの期限"}, list(seen["kango"]))
        need(not any("乙システム" in t for t in seen["kou"]) and
             any("甲, システム" in t for t in seen["kou"]), list(seen["kou"]))
        again = summaries(server.port, feeds["unyou"])
        need({t: e["UID"] for t, e in again.items()} ==
             {t: e["UID"] for t, e in seen["unyou"].items()}, "UIDs change")
        # A feed is no key, a key no feed; nothing else opens.
        stranger = Browser(server.port)
        loose = feeds["kanri"][6:-4]
        need(Machine(server.port, loose).ask("GET", "/api/ledgers").status == 401, "a feed as key")
        for path in (f"/feed/{text}.ics", "/feed/dcho_" + "A" * 43 + ".ics", "/feed/x.ics",
                     f"/feed/?token={loose}"):
            need(stranger.send("GET", path).status == 404, path)
        # Replaced, stopped, its owner stopped: ended at the next request.
        new = feed_of(people["unyou"])
        need(stranger.send("GET", feeds["unyou"]).status == 404 and
             stranger.send("GET", new).status == 200, "a replaced address")
        people["kou"].submit(people["kou"].get("/settings/calendar"), "/settings/calendar/stop")
        need(stranger.send("GET", feeds["kou"]).status == 404, "a stopped address")
        planner = people["kanri"]
        planner.submit(planner.get("/accounts/kango/stop"), "/accounts/kango/stop")
        need(stranger.send("GET", feeds["kango"]).status == 404, "a stopped person's calendar")
        pace = [stranger.send("GET", feeds["kanri"]).status for _ in range(40)]
        need(pace[5] == 200 and pace[-1] == 503, f"no limit: {pace}")
    log = server.text()
    need("dcho_" not in log and loose[5:20] not in log, "the address stands in the log")
    world.run("verify", data).exits(0)


@scenario
def a_changed_password_ends_the_calendar_that_a_thief_may_read(world):
    data = house(world)
    world.user(data, "unyou", "operator", name="運用 四郎")
    fresh = "atarashii-kagi-2027"
    with Server(world, data) as server:
        stranger, thief, owner = Browser(server.port), Browser(server.port), Browser(server.port)
        quiet = Browser(server.port)
        owner.sign_in("unyou")
        thief.sign_in("unyou")
        quiet.sign_in("kango")
        feed, others = feed_of(thief), feed_of(quiet)
        need(stranger.send("GET", feed).status == 200, "no feed to begin with")
        page = owner.get("/password")
        need("カレンダーの今のアドレスは使えなくなります" in page.text, page.text[:600])
        # A change that is refused ends nothing.
        owner.submit(page, "/password", old="chigau-kagi-1", new=fresh, again=fresh)
        need(stranger.send("GET", feed).status == 200, "ended by a refused change")
        done = owner.submit(owner.get("/password"), "/password", old=PASSWORD, new=fresh, again=fresh)
        need(stranger.send("GET", feed).status == 404, "the thief goes on reading")
        need(thief.send("GET", "/settings/calendar").status == 303, "the thief is still signed in")
        need(stranger.send("GET", others).status == 200, "somebody else's calendar has ended")
        # The same page says so and makes a new one.
        need("前のアドレスは使えなくなりました" in done.text, done.text[:600])
        again = owner.submit(done, "/settings/calendar", password=fresh)
        new = re.search(r"https://[^/]+(/feed/dcho_[A-Za-z0-9_-]{43}\.ics)", again.text)
        need(new and stranger.send("GET", new[1]).status == 200, again.text[:600])
        need("前のアドレスは使えなくなりました" not in owner.get("/settings/calendar?ended=password").text,
             "said without a reason")
        said = owner.get("/my/access").text
        need("パスワードの変更にともない、カレンダーのアドレスを失効させました" in said, said[:900])
        # Who has none goes on as before, and reads nothing about calendars.
        owner.submit(owner.get("/settings/calendar"), "/settings/calendar/stop")
        page = owner.get("/password")
        need("カレンダー" not in page.text, page.text[:600])
        done = owner.submit(page, "/password", follow=False, old=fresh, new=fresh + "x", again=fresh + "x")
        need(done.headers["Location"] == "/", done.headers["Location"])
    # A password issued anew ends it in the same way.
    world.run("user", "reset", data, "kango").exits(0)
    with Server(world, data, "again") as server:
        need(Browser(server.port).send("GET", others).status == 404, "survives a reset")
    world.run("verify", data).exits(0)


# --- the planner's pages ----------------------------------------------------------------

@scenario
def the_planner_looks_after_keys(world):
    data = world.init()
    world.user(data, "kanri", "planner", name="管理 花子")
    world.user(data, "kango", "staff", name="看護 次郎")
    sheet = world.file("staff.csv", "職員番号,氏名,区分,在籍状況\n1,責任 太郎,職員,在職\n")
    world.run("import", data, "staff", sheet).exits(0)
    person = entries(world.export(data, "staff"))[0]["entry"]
    with Server(world, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kanri")
        form = planner.get("/tokens/machine")
        bad = planner.submit(form, "/tokens/machine", login="kensa", name="検査システム連携",
                             role="operator", password=PASSWORD)
        need(bad.status == 422 and "責任者" in bad.text, bad.text[:400])
        page = planner.submit(form, "/tokens/machine", login="kensa", name="検査システム連携",
                              role="operator", staff=person, password=PASSWORD)
        need("検査システム連携" in page.text and "責任 太郎" in page.text, page.text[:800])
        form = planner.get("/tokens/new?login=kensa")
        no = planner.submit(form, "/tokens/new", label="機器を読む", password=PASSWORD)
        need(no.status == 422 and "選んで" in no.text, no.text[:400])
        wrong = planner.submit(form, "/tokens/new", label="機器を読む", scope="read:devices",
                               password="chigau-1")
        need(wrong.status == 422 and not KEY.search(wrong.text), "a key without a proof")
        page = planner.submit(form, "/tokens/new", label="機器を読む", scope="read:devices",
                              until=far(20), password=PASSWORD)
        text = KEY.search(page.text)
        need(page.status == 200 and text, page.text[:800])
        machine = Machine(server.port, text[0])
        machine.get("/api/ledger/devices")
        for step in ("/setup", "/setup/outsourced"):    # before that the home page says one thing
            planner.submit(planner.get(step), step)
        need("機器連携の鍵を作り直す" in planner.get("/").text, "no reminder on the home page")
        lists = planner.get("/tokens")
        need("機器台帳を見る" in lists.text and "もうすぐ期限" in lists.text and
             not KEY.search(lists.text), lists.text[:800])
        # A successor, and both while machines are changed over.
        path = next(l for l in lists.links if re.fullmatch("/tokens/[0-9a-z]{26}", l))
        page = planner.submit(planner.get(path), path, act="rotate", until=far(300), overlap="7",
                              password=PASSWORD)
        new = KEY.search(page.text)
        need(new and new[0] != text[0], page.text[:400])
        machine.get("/api/ledger/devices")
        Machine(server.port, new[0]).get("/api/ledger/devices")
        left = rows(data, "SELECT expires FROM token ORDER BY expires")
        need(len(left) == 2 and left[0][0] < (time.time() + 8 * 86400) * 1e6, left)
        # Revoked, and refused by the very next request.
        planner.submit(planner.get(path), path, act="revoke")
        machine.get("/api/ledger/devices", 401)
        Machine(server.port, new[0]).get("/api/ledger/devices")
        need(planner.send("GET", path).status == 404, "a revoked key is still shown")
        nurse = Browser(server.port)
        nurse.sign_in("kango")
        for where in ("/tokens", "/tokens/new?login=kensa", "/tokens/machine"):
            need(nurse.send("GET", where).status == 403, where)
        # Nobody signs in on a page as a machine.
        page = Browser(server.port)
        page = page.submit(page.get("/signin"), "/signin", login="kensa", password=PASSWORD)
        need("やること" not in page.text, "a machine signs in")
        time.sleep(0.5)
    told = rows(data, "SELECT count(*) FROM access WHERE event = 'token' AND refused = 0")
    need(told == [(5,)], f"made, used, renewed, used, revoked: {told}")
    need(not KEY.search(server.text()), "a key stands in the log")
    world.run("verify", data).exits(0)


if __name__ == "__main__":
    main()
