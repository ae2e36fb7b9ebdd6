#!/usr/bin/env python3
"""Ways into daicho and out of trouble, over HTTPS. usage: signin.py PROGRAM [WORD]"""
import base64, hashlib, hmac, re, sqlite3, struct, time

from harness import PASSWORD, Browser, Server, main, need, scenario

NEW = "mado-5-tegami-sora"
OPERATOR = "operator-kagi-2026-x"


def totp(secret, steps=0):
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = mac[19] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000)


def field(page, action, name):
    return dict(page.form(action)["fields"])[name]


def add(w, data, login, name, *options):
    """A new user and the first password the command shows."""
    out = w.run("user", "add", data, login, "--name", name, *options).exits(0).out
    return re.search(r"最初のパスワード: (\S+)", out)[1]


def first_sign_in(port, login, first):
    b = Browser(port)
    page = b.submit(b.get("/signin"), "/signin", login=login, password=first)
    need(page.form("/password"), page.text[:300])
    page = b.submit(page, "/password", old=first, new=NEW, again=NEW)
    need(page.status == 200 and "一覧" in page.text or "ログアウト" in page.text, page.text[:300])
    return b


def enrol(b):
    """Enrols an app; its secret and the recovery codes shown."""
    page = b.get("/settings/totp")
    secret = field(page, "/settings/totp", "secret")
    page = b.submit(page, "/settings/totp", code=totp(secret), password=NEW)
    codes = re.findall(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b", page.text)
    need(page.status == 200 and len(set(codes)) == 10, page.text[:600])
    return secret, codes


def spare(b, login, code):
    """Signs in with the password and a spare code."""
    page = b.submit(b.get("/signin"), "/signin", login=login, password=NEW)
    need(page.form("/signin/code"), page.text[:300])
    return b.submit(b.get("/signin/spare"), "/signin/spare", code=code)


def helped(b, login, kind, password=PASSWORD, **more):
    fields = dict({"kind": kind, "password": password, "v-method": "badge",
                   "v-place": "事務室"}, **more)
    return b.submit(b.get("/help/" + login), "/help/" + login, **fields)


@scenario
def a_first_password_is_changed_and_weak_ones_are_refused(w):
    data = w.init()
    first = add(w, data, "tanaka", "田中 美咲", "--kana", "たなか みさき", "--role", "staff")
    with Server(w, data) as server:
        b = Browser(server.port)
        page = b.submit(b.get("/signin"), "/signin", login="tanaka", password=first)
        need(b.send("GET", "/ledgers").headers["Location"] == "/password", "led elsewhere")
        for weak, why in (("short-1", "文字以上"), ("tanaka-7-ringo-kumo", "氏名"),
                          ("MISAKI-7-ringo-kumo", "氏名"), ("Password-123456", "推測"),
                          ("qwertyuiop1234", "キーボード"), (first, "今と同じ")):
            page = b.submit(b.get("/password"), "/password", old=first, new=weak, again=weak)
            need(page.status == 422 and why in page.text, f"{weak}: {page.text[:300]}")
        page = b.submit(page, "/password", old=first, new=NEW, again=NEW)
        need(page.status == 200 and b.get("/settings").status == 200, page.text[:300])


@scenario
def nobody_is_locked_out_by_the_guesses_of_others(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    with Server(w, data) as server:
        own, other = Browser(server.port), Browser(server.port)
        own.sign_in("kanri")
        page = own.get("/settings")
        own.submit(page, "/signout")
        for _ in range(8):
            page = other.submit(other.get("/signin"), "/signin", login="kanri", password="wrong-1")
        need(page.status == 429 and "秒" in page.text, page.text[:300])
        page = other.submit(page, "/signin", login="kanri", password=PASSWORD)
        need(page.status == 429, "a guesser's right guess waits too")
        own.sign_in("kanri")
        need(own.get("/settings").status == 200, "the own browser is kept out")


@scenario
def a_lost_telephone_is_survived_by_recovery_and_bypass_codes(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff")
    with Server(w, data) as server:
        b = first_sign_in(server.port, "tanaka", first)
        secret, codes = enrol(b)
        page = spare(Browser(server.port), "tanaka", codes[0].upper())
        need(page.status == 200 and "ログアウト" in page.text, page.text[:300])
        lost = Browser(server.port)
        page = spare(lost, "tanaka", codes[0])
        need(page.status == 403 and "使用済み" in page.text, page.text[:300])

        planner = Browser(server.port)
        planner.sign_in("kanri")
        need(planner.get("/help/kanri").status == 403, "helps oneself")
        page = helped(planner, "tanaka", "bypass", password="wrong-pass-1")
        need(page.status == 422 and "パスワードが違います" in page.text, page.text[:300])
        page = helped(planner, "tanaka", "bypass", **{"v-method": "other"})
        need(page.status == 422 and "詳しい様子" in page.text, page.text[:300])
        page = helped(planner, "tanaka", "bypass")
        code = re.search(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b", page.text)
        need(code, page.text[:600])
        need("事務室" in planner.get("/ledger/identity_proofs").text, "no proof in the ledger")

        page = lost.submit(lost.get("/signin/spare"), "/signin/spare", code=code[0])
        need(page.status == 200 and "ログアウト" in page.text, page.text[:300])
        need("一時コード" in lost.get("/my/access").text, "the person does not see it")
        page = spare(Browser(server.port), "tanaka", code[0])
        need(page.status == 403, "a bypass code works twice")
        unused = re.search(code.re, helped(planner, "tanaka", "bypass").text)[0]
        page = planner.submit(planner.get("/help/tanaka"), "/help/tanaka/revoke", follow=False)
        need(page.status == 303, page.text[:300])
        page = spare(Browser(server.port), "tanaka", unused)
        need(page.status == 403, "a code that was taken back works")
        page = planner.submit(planner.get("/help/tanaka"), "/help/tanaka/revoke")
        need(page.status == 422 and "使われていない一時コードはありません" in page.text, page.text[:300])
        need(lost.get("/help").status == 403, "staff helps others")
    show = w.run("user", "show", data, "tanaka", "--format", "json").exits(0).json()
    need(show["totp"] and show["recovery_codes"] == 9, show)
    w.run("verify", data).exits(0)


@scenario
def the_planner_decides_rules_and_four_eyes(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    w.user(data, "unyo", "operator", name="運用 太郎")
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff")
    with Server(w, data) as server:
        planner, operator = Browser(server.port), Browser(server.port)
        planner.sign_in("kanri")
        operator.sign_in("unyo")
        need(operator.get("/access/policy").status == 403, "operators decide the policy")
        page = planner.get("/access/policy")
        need("シQ-54" in page.text and "2027-04-01" not in page.text, page.text[:400])
        need("田中 美咲" in planner.get("/access/factors").text, "who is not there yet")
        for step in ("/setup", "/setup/outsourced"):
            planner.submit(planner.get(step), step)
        need("3人。求め始める日は2027-04-01" in planner.get("/").text, planner.get("/").text[-900:])
        page = planner.submit(page, "/access/policy", password=PASSWORD, bypass_hours="999")
        need(page.status == 422 and "72" in page.text, page.text[:300])
        page = planner.submit(planner.get("/access/policy"), "/access/policy", password=PASSWORD,
                              proof_four_eyes="1")
        need(page.status == 200, page.text[:300])

        page = helped(operator, "tanaka", "reset")
        need("もう1人の確認" in page.text, page.text[:300])
        need("本人確認を認めて発行する" in planner.get("/").text, "nothing to do at home")
        proof = next(p for p in planner.get("/help").links if p.startswith("/help/proof/"))
        need(operator.get(proof).status == 403, "lets out what one wrote oneself")
        page = planner.submit(planner.get(proof), proof, password=PASSWORD)
        fresh = re.search(r"最初のパスワード ([a-z0-9-]{20,})", page.text)
        need(fresh, page.text[:400])
        b = Browser(server.port)
        page = b.submit(b.get("/signin"), "/signin", login="tanaka", password=first)
        need(page.status == 403, "the old password still works")
        first_sign_in(server.port, "tanaka", fresh[1])
        need(planner.get(proof).status == 404, "a proof is used twice")
    w.run("verify", data).exits(0)


@scenario
def people_without_a_needed_factor_are_led_to_enrol(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    w.user(data, "unyo", "operator", name="運用 太郎")
    with Server(w, data) as server:
        planner, operator = Browser(server.port), Browser(server.port)
        planner.sign_in("kanri")
        operator.sign_in("unyo")
        page = planner.get("/access/policy")
        fields = [(n, v) for n, v in page.form("/access/policy")["fields"]
                  if n not in ("two_factor_roles", "two_factor_from", "two_factor_days", "password")]
        page = planner.post("/access/policy", fields + [
            ("two_factor_roles", "operator"), ("two_factor_from", "2020-04-01"),
            ("two_factor_days", "0"), ("password", PASSWORD)])
        need(page.status == 200, page.text[:300])
        # Also the session that is open already.
        need(operator.send("GET", "/ledgers").headers["Location"] == "/settings/totp", "not led")
        page = operator.get("/settings/totp")
        need("二要素認証が必要" in page.text, page.text[:300])
        secret = field(page, "/settings/totp", "secret")
        page = operator.submit(page, "/settings/totp", code=totp(secret), password=PASSWORD)
        need(page.status == 200 and operator.get("/ledgers").status == 200, page.text[:300])
        need("運用 太郎" not in planner.get("/access/factors").text, "still called missing")
        need(planner.get("/ledgers").status == 200, "planners were not asked")


def age(data, minutes):
    """As if every full proof were older by so much."""
    db = sqlite3.connect(f"{data}/daicho.db", timeout=10)
    db.execute("UPDATE session SET reauth = reauth - ?", (minutes * 60 * 1000000,))
    db.commit()
    db.close()


@scenario
def the_password_alone_is_no_proof_of_who_has_a_second_factor(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff")
    with Server(w, data) as server:
        b = first_sign_in(server.port, "tanaka", first)
        secret, codes = enrol(b)
        age(data, 11)

        def refused(why):
            page = b.submit(b.get("/settings/totp/remove"), "/settings/totp/remove", follow=False,
                            password=NEW)
            need(page.status == 422, f"{why}: the app goes without a code ({page.status})")
            page = b.get("/settings/keys")
            actions = [f["action"] for f in page.forms]
            need("/settings/keys/prove" in actions and "/settings/keys" not in actions,
                 f"{why}: a key is enrolled without a code: {actions}")
            token = dict(page.form("/settings/keys/prove")["fields"])["csrf"]
            for path, more in (("/settings/keys", [("label", "x")]),
                               ("/settings/keys/remove", [("id", "x")]),
                               ("/settings/certificate", [("label", "x")])):
                page = b.post(path, [("csrf", token), ("password", NEW)] + more, follow=False)
                need(page.status == 422 and "先に、ご本人の確認" in page.text, f"{why} {path}: {page.status}")
        refused("an old proof")
        # Whoever knows the password locks the screen and opens it: that is one factor.
        b.submit(b.get("/settings"), "/lock")
        page = b.submit(b.get("/lock"), "/lock/open", password=NEW)
        need(b.get("/settings").status == 200, page.text[:300])
        refused("after unlocking by password")
        # Both factors, and the ten minutes begin; the password alone does not lengthen them.
        page = b.submit(b.get("/settings/keys"), "/settings/keys/prove", password=NEW,
                        proof=totp(secret, 1))
        need("/settings/keys/prove" not in [f["action"] for f in page.forms], page.text[:600])
        age(data, 9)
        page = b.submit(b.get("/settings/calendar"), "/settings/calendar", password=NEW)
        need(page.status == 200 and "カレンダーのアドレスを作りました" in page.text, page.text[:400])
        age(data, 2)
        refused("eleven minutes after the full proof")
    w.run("verify", data).exits(0)


@scenario
def shared_ids_and_ended_ones_open_nothing(w):
    data = w.init()
    w.run("user", "add", data, "byoto3", "--name", "3階病棟", "--role", "staff") \
        .exits(1, 2).complains("1人に1つ")
    w.run("user", "add", data, "kensa", "--name", "検査装置", "--kind", "machine").exits(0)
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff", "--valid-until", "2020-03-31")
    with Server(w, data) as server:
        b = Browser(server.port)
        ended = b.submit(b.get("/signin"), "/signin", login="tanaka", password=first)
        unknown = b.submit(b.get("/signin"), "/signin", login="nobody", password=first)
        need(ended.status == unknown.status == 403, ended.text[:300])
        again = b.submit(b.get("/signin"), "/signin", login="tanaka", password=first)
        words = [re.sub(r"\d\d:\d\d", "", p.text) for p in (again, unknown)]
        need(words[0] == words[1], words)


if __name__ == "__main__":
    main()
