"""Sessions as people meet them: locking, changing people, ending them, and what is noted of it."""
import csv, io, pathlib, sqlite3, sys, time
from datetime import datetime, timedelta, timezone
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Browser, PASSWORD, Server, main, need, receipt_of, scenario

MINUTE = 60 * 1000000
JAPAN = timezone(timedelta(hours=9))


def house(world):
    data = world.init()
    world.user(data, "kanri", "planner", name="管理 花子")
    world.user(data, "kango", "staff", name="看護 次郎")
    world.user(data, "kansa", "auditor", name="監査 三郎")
    return data


def rows(data, sql, *values):
    with_db = sqlite3.connect(f"{data}/daicho.db", timeout=10)
    try:
        found = with_db.execute(sql, values).fetchall()
        with_db.commit()
        return found
    finally:
        with_db.close()


def leave_for(data, minutes):
    """As if nobody had touched any screen for so long."""
    rows(data, "UPDATE session SET seen = seen - ?, created = created - ?", minutes * MINUTE,
         minutes * MINUTE)


def events(data, event, login=None, wanted=1):
    """Waits until so many are there: what was noted a moment ago is on its way to the disk. Then for
    one more than wanted, in vain if all is well."""
    sql, values = "SELECT ledger, entry, refused, seq FROM access WHERE event = ?", [event]
    if login:
        sql, values = sql + " AND actor = (SELECT id FROM account WHERE login = ?)", [event, login]
    end = time.monotonic() + 30
    while len(rows(data, sql, *values)) < wanted and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(0.3)
    return rows(data, sql, *values)


@scenario
def an_idle_screen_locks_and_comes_back_where_it_was(world):
    data = house(world)
    with Server(world, data) as server:
        nurse = Browser(server.port)
        nurse.sign_in("kango")
        form = nurse.get("/settings")
        need("ロック" in form.text, form.text)
        leave_for(data, 16)
        page = nurse.get("/settings?from=there")
        need("画面をロックしています" in page.text and "看護 次郎" in page.text, page.text)
        need("二要素認証" not in page.text and "やること" not in page.text.split("本文へ移動")[1],
             "content on a locked screen: " + page.text)
        # Nothing else opens, and what is sent is said not to be saved.
        need("画面をロックしています" in nurse.get("/ledgers").text, "a locked session reads")
        lost = nurse.post("/settings/totp", [("csrf", page.form("/lock/open")["fields"][0][1]),
                                             ("code", "1" * 2000)], follow=False)
        need(lost.status == 423 and "まだ保存していません" in lost.text, lost.text)
        wrong = nurse.submit(page, "/lock/open", password="chigau-password-1")
        need(wrong.status == 403 and "パスワードが違います" in wrong.text, wrong.text)
        old = dict(nurse.cookies)
        back = nurse.submit(page, "/lock/open", password=PASSWORD, follow=False)
        need(back.headers["Location"] == "/settings?from=there", back.headers["Location"])
        need("利用者ID" in nurse.get("/settings").text, "not unlocked")
        cookie = back.headers["Set-Cookie"]
        need(all(part in cookie for part in ("__Host-daicho=", "Secure", "HttpOnly",
                                             "SameSite=Lax", "Path=/")), cookie)
        thief = Browser(server.port)
        thief.cookies = old
        need("利用者IDとパスワード" in thief.get("/settings").text, "the old token still works")
        for event in ("locked", "unlocked"):
            need(len(events(data, event, "kango")) == 1, f"{event}: {events(data, event)}")


@scenario
def another_person_takes_over_a_ward_terminal(world):
    data = house(world)
    with Server(world, data) as server:
        ward = Browser(server.port)
        ward.sign_in("kanri")
        ward.submit(ward.get("/terminal"), "/terminal", name="3階東", terminal="ward")
        ward.submit(ward.get("/accounts"), "/lock")
        page = ward.submit(ward.get("/lock"), "/lock/change", next="/accounts")
        need("3階東" in page.text and "管理 花子さんの画面に戻る" in page.text, page.text)
        page = ward.submit(page, "/signin", login="kango", password=PASSWORD, terminal="personal")
        need("看護 次郎" in page.text and "管理 花子" not in page.text, page.text)
        terminal = rows(data, "SELECT terminal FROM session WHERE account = "
                              "(SELECT id FROM account WHERE login = 'kango')")
        need(terminal == [("ward 3階東",)], f"a named terminal was renamed: {terminal}")
        page = ward.submit(page, "/signout")
        page = ward.submit(page, "/lock/return")
        need("管理 花子さんの画面です" in page.text and "看護" not in page.text, page.text)
        page = ward.submit(page, "/lock/open", password=PASSWORD)
        need("1人に1つずつ登録します" in page.text, "not back on the page that was left")
        # Nobody names a terminal by hand.
        forged = Browser(server.port)
        forged.cookies["__Host-terminal"] = "ward." + "院長室".encode().hex() + "." + "0" * 32
        need("院長室" not in forged.get("/signin").text, "a forged terminal name")


@scenario
def sessions_are_seen_and_ended(world):
    data = house(world)
    with Server(world, data) as server:
        here, there, third = (Browser(server.port) for _ in range(3))
        for browser in (here, there, third):
            browser.sign_in("kango")
        page = here.get("/sessions")
        need(page.text.count("127.0.0.1") == 3 and page.text.count("この画面") >= 1, page.text)
        other = next(f for f in page.forms if f["action"] == "/sessions"
                     and dict(f["fields"]).get("session") not in (None, "all"))
        here.post("/sessions", other["fields"])
        alive = [b for b in (here, there, third) if "利用者ID" in b.get("/settings").text
                 and "利用者IDとパスワード" not in b.get("/settings").text]
        need(len(alive) == 2 and here in alive, "the wrong session was ended")
        # The planner sees and ends them; the nurse may not look at the planner's.
        need(here.get("/accounts/kanri/sessions").status == 403, "sessions of others")
        planner = Browser(server.port)
        planner.sign_in("kanri")
        page = planner.get("/accounts/kango/sessions")
        need(page.text.count("127.0.0.1") == 2, page.text)
        planner.submit(page, "/accounts/kango/sessions", session="all")
        for browser in (here, there, third):
            need("利用者IDとパスワード" in browser.get("/settings").text, "a session survived")
        # Signing out everywhere ends this one as well.
        page = planner.get("/sessions")
        planner.post("/sessions", [(n, v) for n, v in page.forms[-1]["fields"]])
        need("利用者IDとパスワード" in planner.get("/accounts").text, "still signed in")
        need(len(events(data, "session-ended", wanted=3)) == 3, events(data, "session-ended"))


@scenario
def what_is_used_is_noted_in_one_place(world):
    data = house(world)
    with Server(world, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kanri")
        for _ in range(3):
            need(planner.get("/ledger/people").status == 200, "list")
        planner.get("/ledger/people?q=x")
        views = [r for r in events(data, "view", "kanri", wanted=2) if r[0] == "people"]
        need(len(views) == 2, f"the same list within a minute counts once: {views}")
        for path, event in (("/ledger/devices/export?format=csv", "export"),
                            ("/my/access/csv", "export"), ("/access/csv", "export")):
            need(planner.get(path).status == 200, path)
        need(len(events(data, "export", "kanri", wanted=3)) == 3, events(data, "export"))
        nurse = Browser(server.port)
        nurse.sign_in("kango")
        for path in ("/accounts", "/access", "/access/csv", "/ledger/people"):
            need(nurse.get(path).status == 403, path)
        refused = events(data, "refused", "kango", wanted=4)
        need(len(refused) == 4 and all(r[2] for r in refused), refused)
        # The person concerned sees what others did, and nothing of others among themselves.
        planner.submit(planner.get("/accounts/kango/sessions"), "/accounts/kango/sessions",
                       session="all")
        nurse.sign_in("kango")
        page = nurse.get("/my/access")
        need("ログインの強制終了" in page.text and "管理 花子" in page.text and
             "権限のない操作" in page.text and "看護 次郎さんのログイン中の画面" in page.text,
             page.text)
        need("書き出し" not in page.text.split("受付番号", 1)[1], "sees the planner's exports")
        table = list(csv.reader(io.StringIO(nurse.get("/my/access/csv").body.decode("utf-8-sig"))))
        need(table[0][0] == "受付番号" and len(table) > 4, table)
    world.run("verify", data).exits(0)


@scenario
def records_of_use_are_reviewed_month_by_month(world):
    data = house(world)
    with Server(world, data) as server:
        auditor = Browser(server.port)
        auditor.sign_in("kansa")
        page = auditor.get("/access?kind=signin")
        need("監査 三郎" in page.text, page.text)
        need(auditor.get("/access?person=nobody").status == 400, "an unknown login")
        month = datetime.now(JAPAN).strftime("%Y-%m")
        page = auditor.get("/access/review?month=" + month)
        need("ログイン" in page.text, page.text)
        # The form below the choice of a month.
        page.forms = [f for f in page.forms if dict(f["fields"]).get("key")]
        empty = auditor.submit(page, "/access/review", findings="")
        need(empty.status == 422 and "直すところ" in empty.text, empty.text)
        done = auditor.submit(page, "/access/review", result="fine", follow=False,
                              findings="夜間の操作を本人に確かめた")
        need(done.status == 303 and receipt_of(done.headers["Location"]), done.text)
        page = auditor.get(done.headers["Location"])
        need(month in page.text and "問題なし" in page.text and "監査 三郎" in page.text, page.text)
    world.run("verify", data).exits(0)


@scenario
def last_months_review_is_asked_for_until_it_is_written(world):
    data = house(world)
    last = datetime.now(JAPAN).replace(day=1) - timedelta(days=1)
    rows(data, "UPDATE access SET at = ? WHERE seq = (SELECT min(seq) FROM access)",
         int(last.timestamp() * 1000000))
    with Server(world, data) as server:
        auditor, nurse = Browser(server.port), Browser(server.port)
        need("先月の利用の記録を見直す" in auditor.sign_in("kansa").text, "not asked for")
        need("先月の利用の記録を見直す" not in nurse.sign_in("kango").text, "asked of a nurse")
        page = auditor.get("/access/review")
        need(last.strftime("%Y-%m") + " の利用の記録: 1件" in page.text, page.text)
        page.forms = [f for f in page.forms if dict(f["fields"]).get("key")]
        auditor.submit(page, "/access/review", result="fine", findings="問題なし")
        need("先月の利用の記録を見直す" not in auditor.get("/").text, "still asked for")


main()
