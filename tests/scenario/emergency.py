#!/usr/bin/env python3
"""Emergency accounts and acting for another, over HTTPS. usage: emergency.py PROGRAM [WORD]"""
import datetime, pathlib, re, sqlite3, sys
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Browser, PASSWORD, Server, main, need, scenario

CODE = re.compile(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b")
BANNER = "非常時アカウントが使われています"
DAY = 24 * 3600 * 1000000
WHY = "認証サーバーが止まり、誰も入れないため"


def house(world):
    data = world.init()
    world.user(data, "kanri", "planner", name="管理 花子")
    world.user(data, "kanri2", "planner", name="管理 二葉")
    world.user(data, "unyo", "operator", name="運用 一郎")
    world.user(data, "kango", "staff", name="看護 次郎")
    return data


def rows(data, sql, *values):
    db = sqlite3.connect(f"{data}/daicho.db", timeout=10)
    try:
        found = db.execute(sql, values).fetchall()
        db.commit()
        return found
    finally:
        db.close()


def signed_in(server, login):
    browser = Browser(server.port)
    browser.sign_in(login)
    return browser


def made(planner, login="hijou1"):
    """A new emergency account; the code of its sheet."""
    page = planner.submit(planner.get("/emergency/new"), "/emergency/new", name="非常時用1 夜間",
                          login=login, role="operator", keeper="事務長 山田 太郎",
                          place="防災センターの金庫", password=PASSWORD)
    need(page.status == 200 and "一度しか出ません" in page.text, page.text[:1500])
    return CODE.search(page.text)[0]


def enter(browser, code, login="hijou1", reason=WHY):
    return browser.submit(browser.get("/emergency"), "/emergency", login=login, code=code,
                          reason=reason)


def use_of(browser):
    page = browser.get("/emergency/accounts")
    return next(link for link in page.links if "/emergency/uses/" in link)


@scenario
def opened_seen_closed_and_never_again(world):
    data = house(world)
    with Server(world, data) as server:
        planner, nurse, emergency = signed_in(server, "kanri"), signed_in(server, "kango"), \
            Browser(server.port)
        code = made(planner)
        need("封印中" in planner.get("/emergency/accounts").text, "not sealed")
        need(code not in planner.get("/emergency/accounts").text, "the code is shown again")
        need(nurse.get("/emergency/accounts").status == 403, "staff see the envelopes")
        need(BANNER not in nurse.get("/").text, "a banner although nothing is open")
        # Neither the sign-in page nor a wrong code or an empty reason opens it.
        page = emergency.submit(emergency.get("/signin"), "/signin", login="hijou1", password=code)
        need(page.status == 403, "the sealed code works as a password")
        need(enter(emergency, "aaaa-bbbb-cccc-dddd").status == 403, "a wrong code")
        need(enter(emergency, code, reason=" ").status == 422, "no reason")
        unknown = enter(Browser(server.port), code, login="daremo")
        need(unknown.status == 403, "an unknown account")
        page = enter(emergency, code.upper().replace("-", " "))
        need(page.status == 200 and "非常時アカウントで入っています" in page.text, page.text[:800])
        # Everybody is told on the very next page, and whoever is about to sign in.
        for browser in (nurse, planner, Browser(server.port)):
            text = browser.get("/").text
            need(BANNER in text and "非常時用1 夜間" in text and "封筒のコード" in text, text[:800])
        need("非常時の宣言がないまま" in planner.get("/").text, "no red line for the planner")
        need("非常時の宣言がないまま" not in nurse.get("/").text, "the alarm is not for staff")
        need(rows(data, "SELECT count(*) FROM access WHERE event = 'alarm'") == [(1,)], "alarm")
        need(enter(Browser(server.port), code).status == 403, "the code works twice")
        # What is done carries the mark.
        page = emergency.submit(emergency.get("/ledger/devices/new"), "/ledger/devices/new",
                                **{"v-name": "予備の端末", "v-kind": "pc", "act": "draft"})
        marked = rows(data, "SELECT count(*) FROM access WHERE event = 'marked' AND ledger = "
                            "'devices' AND mark = 'emergency'")
        need(marked == [(1,)], f"{marked} {page.status} {page.text[:600]}")
        need(emergency.get("/emergency/new").status == 403, "it makes further accounts")
        use = use_of(planner)
    # A restart forgets no open account.
    with Server(world, data, "again") as server:
        for browser in (nurse, planner, emergency):
            browser.port, browser.connection = server.port, None
        need(BANNER in nurse.get("/").text, "the banner is gone after a restart")
        page = planner.submit(planner.get(use), use + "/close")
        need("見直し待ち" in page.text, page.text[:800])
        need(BANNER not in nurse.get("/").text, "the banner stays")
        need("利用者IDとパスワード" in emergency.get("/").text, "the session lives on")
        need(enter(emergency, code).status == 403, "the old code works after closing")
        need("再封印が必要" in planner.get("/emergency/accounts").text, "not to be sealed anew")
        # The review waits, and shows what was done.
        need("非常時アカウントの使用を見直す" in planner.get("/").text, "no review entry")
        page = planner.get(use)
        need("特別な権限での書き込み" in page.text, page.text[:1500])
        page = planner.submit(page, use + "/review", result="improve",
                              review="手順書に連絡先を足す。")
        need("見直し済み" in page.text and "管理 花子" in page.text, page.text[:800])
        need("宣言がないまま" not in planner.get("/").text, "the red line stays after the review")
        page = planner.submit(planner.get("/emergency/accounts/hijou1/seal"),
                              "/emergency/accounts/hijou1/seal", password=PASSWORD)
        fresh = CODE.search(page.text)[0]
        need(fresh != code and "封印中" in planner.get("/emergency/accounts").text, "resealed")
        need(enter(emergency, code).status == 403, "the old code works in the new envelope")
        need(enter(emergency, fresh).status == 200, "the new code does not")
    world.run("verify", data).exits(0)


@scenario
def two_people_open_and_neither_is_both(world):
    data = house(world)
    with Server(world, data) as server:
        planner, other, operator, nurse = (signed_in(server, login) for login in
                                           ("kanri", "kanri2", "unyo", "kango"))
        code = made(planner)
        page = planner.submit(planner.get("/emergency/accounts"), "/emergency/declare",
                              kind="failure", reason=WHY, until_on="")
        need("非常時を終える" in page.text, page.text[:800])
        ask = "/emergency/accounts/hijou1/ask"
        page = operator.submit(operator.get(ask), ask, reason=WHY, password="chigau-no-1234")
        need(page.status == 422, "asked without proof")
        page = operator.submit(operator.get(ask), ask, reason=WHY, password=PASSWORD)
        need("2人目を待っています" in page.text, page.text[:800])
        use = use_of(planner)
        need("非常時アカウントの開封を確かめる" in planner.get("/").text, "nobody is told")
        own = operator.post(use + "/confirm", [("csrf", operator.get(ask).form(ask)["fields"][0][1]),
                                               ("password", PASSWORD)])
        need(own.status == 403, f"one person is both: {own.status}")
        need(nurse.get(use).status == 403, "staff see it")
        page = planner.submit(planner.get(use), use + "/confirm", password=PASSWORD)
        given = CODE.search(page.text)[0]
        need(given != code, "the sealed code is given out")
        text = nurse.get("/").text
        need(BANNER in text and "運用 一郎さんと管理 花子さん" in text, text[:800])
        need(rows(data, "SELECT count(*) FROM access WHERE event = 'alarm'") == [(0,)],
             "an alarm although an emergency is declared")
        worker = Browser(server.port)
        need(enter(worker, code).status == 403, "the envelope still opens")
        need(enter(worker, given).status == 200, "the given code does not")
        need(enter(Browser(server.port), given).status == 403, "the given code works twice")
        # Its screen unlocks with the code, in itself and once more.
        page = worker.submit(worker.get("/"), "/lock")
        page = worker.submit(worker.get("/"), "/lock/open", password=given)
        need(page.status == 200 and "ログアウト" in page.text, page.text[:600])
        # Eight hours, however busy.
        rows(data, "UPDATE session SET created = created - ? WHERE mark = 'emergency'",
             8 * 3600 * 1000000)
        need("利用者IDとパスワード" in worker.get("/").text, "longer than the policy allows")
        operator.submit(operator.get(use), use + "/close")
        # Whoever took part reviews nothing.
        need("開封に加わった人は" in planner.get(use).text, "the opener may review")
        need("見直しを記録する" in str(other.get(use).text), "nobody may review")
    # Fifteen minutes, then it starts anew.
    with Server(world, data, "late") as server:
        planner, operator = signed_in(server, "kanri"), signed_in(server, "unyo")
        need(operator.get("/emergency/accounts/hijou1/ask").status == 200, "form")
        page = operator.submit(operator.get(ask), ask, reason=WHY, password=PASSWORD)
        need(page.status == 422 and "封をし直していない" in page.text, page.text[:800])
    world.run("verify", data).exits(0)


@scenario
def the_command_line_works_without_the_server(world):
    data = house(world)
    done = world.run("emergency", "make", data, "hijou9", "--name", "非常時用9", "--keeper", "院長",
                     "--place", "院長室の金庫").exits(0)
    code = CODE.search(done.out)[0]
    need("封印中" in world.run("emergency", "list", data).exits(0).out, "list")
    with Server(world, data) as server:
        need(enter(Browser(server.port), code, login="hijou9").status == 200, "opened")
    need("開封中" in world.run("emergency", "list", data).exits(0).out, "open")
    world.run("emergency", "close", data, "hijou9").exits(0)
    listed = world.run("emergency", "list", data, "--format", "json").exits(0).json()
    need([(a["login"], a["state"]) for a in listed] == [("hijou9", "unsealed")], listed)
    with Server(world, data, "again") as server:
        need(BANNER not in Browser(server.port).get("/signin").text, "the banner stays")
        need(enter(Browser(server.port), code, login="hijou9").status == 403, "the code lives")
    refused = world.run("user", "disable", data, "hijou9")
    need(refused.code != 0 and "非常時" in refused.err, refused.err)


# --- acting for another ---------------------------------------------------------------

def dates(days):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).date()
    return (today + datetime.timedelta(days=days)).isoformat()


def device(name):
    return {"v-name": name, "v-kind": "pc", "act": "draft"}


def account(data, login):
    return rows(data, "SELECT id FROM account WHERE login = ?", login)[0][0]


@scenario
def a_proxy_types_and_the_principal_confirms(world):
    data = house(world)
    with Server(world, data) as server:
        planner, operator, nurse = (signed_in(server, login) for login in
                                    ("kanri", "unyo", "kango"))
        page = operator.get("/ledger/devices/new")
        need("代行" not in page.text, "a control without a grant")
        forged = operator.submit(page, "/ledger/devices/new", **device("勝手な端末"),
                                 behalf=account(data, "kanri"))
        need(forged.status == 403 and "許可がありません" in forged.text, forged.text[:600])
        # Asked by the proxy, decided by the principal only.
        asked = operator.submit(operator.get("/proxies/new"), "/proxies/new",
                                proxy=account(data, "unyo"), principal=account(data, "kanri"),
                                ledgers="devices", from_on=dates(0), until_on=dates(7),
                                reason="出張の間")
        need("申し出中" in asked.text and not any("decide" in f["action"] for f in asked.forms),
             asked.text[:800])
        grant = next(f["action"] for f in asked.forms if f["action"].endswith("/revoke"))[:-7]
        need(nurse.get(grant).status == 404, "others see the grant")
        need("代行の申し出を決める" in planner.get("/").text, "nobody is told")
        page = planner.submit(planner.get(grant), grant + "/decide", act="approve", note="")
        need("有効" in page.text, page.text[:600])
        page = operator.get("/ledger/devices/new")
        need("管理 花子さんの代行として入力する" in page.text, "no control")
        page = operator.submit(page, "/ledger/devices/new", **device("頼まれた端末"),
                               behalf=account(data, "kanri"))
        need(page.status == 200 and "作成中" in page.text and "管理 花子 の代行" in page.text,
             page.text[:800])
        need("代行入力・未確認" in planner.get("/ledger/devices").text, "the list says nothing")
        need("確かめるものはありません" in operator.get("/proxies/confirm").text, "own input")
        need("代わりに入力された記録を確かめる" in planner.get("/").text, "no to-do")
        # The grant's end leaves what was typed to its principal.
        operator.submit(operator.get(grant), grant + "/revoke", why="戻ったため")
        again = operator.submit(operator.get("/ledger/devices/new"), "/ledger/devices/new",
                                **device("後の端末"), behalf=account(data, "kanri"))
        need(again.status == 403, "a revoked grant")
        page = planner.get("/proxies/confirm")
        need("頼まれた端末" in page.text and "運用 一郎さん" in page.text, page.text[:800])
        form = dict(page.form("/proxies/confirm")["fields"])
        fields = {**form, "act": "confirm",
                  **dict(operator.get("/proxies/new").form("/proxies/new")["fields"][:1])}
        stolen = operator.post("/proxies/confirm", list(fields.items()))
        need(stolen.status == 409, f"the proxy confirms own input: {stolen.status}")
        page = planner.submit(page, "/proxies/confirm", act="confirm")
        need("確かめるものはありません" in page.text, page.text[:600])
        need("代行入力・未確認" not in planner.get("/ledger/devices").text, "still waiting")
        need(rows(data, "SELECT count(*) FROM access WHERE event = 'proxy' AND ledger = 'devices'")
             == [(2,)], "typed and confirmed are events")
    world.run("verify", data).exits(0)


@scenario
def an_expired_grant_is_refused_and_late_drafts_are_chased(world):
    data = house(world)
    with Server(world, data) as server:
        planner, second, operator = (signed_in(server, login) for login in
                                     ("kanri", "kanri2", "unyo"))
        for first, last in ((-30, -1), (1, 30)):
            asked = operator.submit(operator.get("/proxies/new"), "/proxies/new",
                                    proxy=account(data, "unyo"), principal=account(data, "kanri"),
                                    ledgers="devices", from_on=dates(first), until_on=dates(last),
                                    reason="出張の間")
            grant = next(f["action"] for f in asked.forms if f["action"].endswith("/revoke"))[:-7]
            planner.submit(planner.get(grant), grant + "/decide", act="approve", note="")
        page = operator.get("/ledger/devices/new")
        need("代行" not in page.text, "a control with an expired grant")
        late = operator.submit(page, "/ledger/devices/new", **device("遅い端末"),
                               behalf=account(data, "kanri"))
        need(late.status == 403, "an expired grant is accepted")
        # Who asks for oneself is approved by another planner.
        asked = planner.submit(planner.get("/proxies/new"), "/proxies/new",
                               proxy=account(data, "unyo"), principal=account(data, "kanri"),
                               ledgers="devices", from_on=dates(0), until_on=dates(1),
                               reason="出張の間")
        need(not any("decide" in f["action"] for f in asked.forms), "decides own request")
        grant = next(f["action"] for f in asked.forms if f["action"].endswith("/revoke"))[:-7]
        second.submit(second.get(grant), grant + "/decide", act="approve", note="")
        page = operator.submit(operator.get("/ledger/devices/new"), "/ledger/devices/new",
                               **device("待つ端末"), behalf=account(data, "kanri"))
        need(page.status == 200, page.text[:600])
        need("本人に伝える" not in second.get("/").text, "chased too early")
        # The list of a day long past, which only the projection's time decides.
        rows(data, "UPDATE l_devices SET at_us = at_us - ? WHERE behalf IS NOT NULL", 15 * DAY)
        need("期限を過ぎています" in planner.get("/").text, "the principal is not chased")
        need("本人に伝える" in second.get("/").text, "the planner is not told")


main()
