#!/usr/bin/env python3
"""Staff lists, directories and what accounts then need. usage: people.py PROGRAM [WORD]"""
import csv, datetime, io, json, re, sqlite3

from harness import PASSWORD, Browser, Server, entries, fact_count, main, need, scenario

TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).date()
FAMILY = "見本 例田 仮屋 試野 架空 模範 標本 雛形 例示 仮名".split()
GIVEN = "一郎 二葉 三枝 四季 五月 六花 七海 八重 九十九 十和".split()
DEPARTMENTS = "3階東病棟 4階西病棟 外来 薬剤部 検査科 事務部".split()
HEAD = ["職員番号", "氏名", "フリガナ", "職種", "所属", "役職", "雇用区分", "採用年月日", "退職年月日",
        "ログインID"]
STAFF, LEFT, GONE, MOVED, NEW = 300, 12, 8, 5, 3


def people():
    rows = []
    for i in range(STAFF):
        name = f"{FAMILY[i % 10]} {GIVEN[i // 10 % 10]}" + ("" if i < 100 else "あい"[i // 100 - 1])
        rows.append([f"{1000 + i}", name, "ミホン イチロウ", ["看護師", "医師", "事務", "薬剤師"][i % 4],
                     DEPARTMENTS[i % 6], "", ["正職員", "パート", "派遣"][i % 3], "平成30年4月1日", "",
                     f"u{1000 + i}"])
    return rows


def table(rows, encoding="cp932", title=True):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if title:
        writer.writerow(["職員一覧（人事システム）"])
    writer.writerow(HEAD)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def next_month(rows):
    """12 with a day of leaving, 8 not listed any more, 5 elsewhere, 3 new."""
    rows = [list(r) for r in rows]
    for r in rows[:LEFT]:
        r[8] = (TODAY - datetime.timedelta(days=1)).isoformat()
    for r in rows[LEFT + GONE:LEFT + GONE + MOVED]:
        r[4] = "地域連携室"
    rows = rows[:LEFT] + rows[LEFT + GONE:]
    for i in range(NEW):
        rows.append([f"{5000 + i}", f"新人 {GIVEN[i]}", "シンジン", "看護師", "外来", "", "常勤",
                     TODAY.isoformat(), "", f"u{5000 + i}"])
    return rows


def compared(w, data, path, *more):
    return w.run("people", "hr", data, path, "--format", "json", *more).exits(0).json()


def loaded(w, *early):
    """A hospital with 300 people; some had accounts of their own login before the ledger."""
    data = w.init()
    w.user(data, "kanri", "planner")
    for number in early:
        w.user(data, f"u{number}", "staff", people()[number - 1000][1])
    first = w.file("人事.csv", table(people()))
    report = compared(w, data, first)
    need(report["totals"]["new"] == STAFF and report["totals"]["missing"] == 0, report["totals"])
    need(early or report["totals"]["proposals"] == 0, "the first list concludes nothing")
    return data


def accounts(w, data, *numbers):
    staff = {e["fields"]["staff_no"]: e["fields"]["name"] for e in entries(w.export(data, "staff"))}
    for number in numbers:
        w.user(data, f"u{number}", "staff", staff[str(number)], "--staff", number)


def proposals(w, data, status="open"):
    listed = w.run("people", "proposals", data, "--format", "json").exits(0).json()
    return [p for p in listed if p["status"] == status]


def staff_fields(w, data, number):
    return [e["fields"] for e in entries(w.export(data, "staff"))
            if e["fields"].get("staff_no") == str(number)][0]


@scenario
def a_list_names_exactly_the_leavers_and_transfers(w):
    data = loaded(w, 1299)
    need([(p["kind"], p["login"]) for p in proposals(w, data)] == [("link", "u1299")],
         proposals(w, data))
    accounts(w, data, 1000, 1001, 1012, 1013, 1020)
    path = w.file("人事2.csv", table(next_month(people())))
    before, leaves = w.export(data, "staff"), fact_count(data)
    report = compared(w, data, path, "--dry-run")
    totals = report["totals"]
    need((totals["left"], totals["missing"], totals["transfer"], totals["new"], totals["error"])
         == (LEFT, GONE, MOVED, NEW, 0), totals)
    need(totals["unchanged"] == STAFF - LEFT - GONE - MOVED, totals)
    by = lambda kind: sorted(r["staff_no"] for r in report["rows"] if r["status"] == kind)
    need(by("left") == [str(1000 + i) for i in range(LEFT)], by("left"))
    need(by("missing") == [str(1000 + i) for i in range(LEFT, LEFT + GONE)], by("missing"))
    need(by("transfer") == [str(1020 + i) for i in range(MOVED)], by("transfer"))
    need(w.export(data, "staff") == before and fact_count(data) == leaves, "a dry run wrote")
    acts = {r["staff_no"]: r["proposal"]["kind"] for r in report["rows"] if "proposal" in r}
    need(acts == {"1000": "leave", "1001": "leave", "1012": "leave", "1013": "leave",
                  "1020": "review", "5000": "request", "5001": "request",
                  "5002": "request"}, acts)
    done = compared(w, data, path)
    need(done["receipt"] > 0 and done["totals"] == totals, done["totals"])
    need(staff_fields(w, data, 1012)["missing_on"] == TODAY.isoformat(), "missing")
    # The same list again: nothing new, nothing proposed twice.
    leaves = fact_count(data)
    again = compared(w, data, path)
    need(again["totals"]["left"] == 0 and again["totals"]["transfer"] == 0, again["totals"])
    need(again["totals"]["proposals"] == 0 and "receipt" not in again, again["totals"])
    need(fact_count(data) == leaves, "the second time wrote")
    w.run("verify", data).exits(0)


@scenario
def a_comparison_is_taken_back_as_one(w):
    data = loaded(w)
    accounts(w, data, 1000, 1012)
    before = {e["fields"]["staff_no"]: e["fields"] for e in entries(w.export(data, "staff"))}
    batch = compared(w, data, w.file("2.csv", table(next_month(people()))))["batch"]
    need(len(proposals(w, data)) >= 2, proposals(w, data))
    waiting = proposals(w, data)[0]["id"]
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        page = b.get(f"/ledger/staff/batch/{batch}")
        done = b.submit(page, f"/ledger/staff/batch/{batch}", reason="違う名簿だった")
        need("元に戻しました" in done.text, done.text[:600])
        b.close()
    after = {e["fields"]["staff_no"]: e["fields"] for e in entries(w.export(data, "staff"))
             if e.get("state") != "voided"}
    need(after == before, "not as before")
    need(proposals(w, data) == [], "proposals of a list that was taken back")
    w.run("people", "confirm", data, waiting).exits(1).complains("取り消されました")
    w.run("verify", data).exits(0)


@scenario
def a_confirmed_leaver_is_out_with_the_next_request(w):
    data = loaded(w)
    accounts(w, data, 1000, 1001, 1012)
    compared(w, data, w.file("2.csv", table(next_month(people()))))
    acts = {p["login"]: p for p in proposals(w, data) if p["kind"] == "leave"}
    need(sorted(acts) == ["u1000", "u1001", "u1012"], sorted(acts))
    with Server(w, data) as server:
        planner, leaver = Browser(server.port), Browser(server.port)
        planner.sign_in("kanri")
        leaver.sign_in("u1000")
        need("退職・異動した人の利用者IDを決める" in planner.get("/").text, "no to-do")
        need(leaver.get("/settings").status == 200, "signed in")
        need(leaver.get("/people").status == 403, "staff may not compare lists")
        page = planner.get("/people")
        need("u1000" in page.text and "自動では何も止まりません" in page.text, page.text[:600])
        path = "/people/proposals/" + acts["u1000"]["id"]
        refused = planner.submit(page, path, act="reject")
        need(refused.status == 422 and "理由" in refused.text, refused.status)
        need("退職日" in page.text, page.text[:300])
        planner.submit(page, path, act="confirm")
        out = leaver.send("GET", "/settings")
        need(out.status == 303 and "/signin" in out.headers["Location"], out.status)
        done = planner.submit(planner.get("/people"), "/people/proposals/" + acts["u1001"]["id"],
                              act="reject", reason="非常勤で続ける")
        need(done.status == 200 and "u1001" not in done.text, done.text[:300])
        for b in (planner, leaver):
            b.close()
    listed = {a["login"]: a["disabled"] for a in
              w.run("user", "list", data, "--format", "json").exits(0).json()}
    need(listed["u1000"] and not listed["u1001"] and not listed["u1012"], listed)
    # Somebody not on the list: confirming stops the account and says when the person left.
    w.run("people", "confirm", data, acts["u1012"]["id"]).exits(0)
    need(staff_fields(w, data, 1012)["left_on"] == TODAY.isoformat(), "left_on")
    w.run("people", "confirm", data, acts["u1012"]["id"]).exits(1).complains("決められています")
    w.run("verify", data).exits(0)


@scenario
def a_list_of_some_people_makes_nobody_a_leaver(w):
    data = loaded(w)
    some = w.file("一部.csv", table(people()[:40]))
    report = w.run("people", "hr", data, some, "--dry-run", "--format", "json").exits(0).json()
    need(report["totals"]["missing"] == STAFF - 40, report["totals"])
    w.run("people", "hr", data, some).exits(1).complains("名簿にいない人")
    report = compared(w, data, some, "--partial")
    need(report["totals"]["missing"] == 0, report["totals"])
    # Who came back on the list is not missing any more.
    compared(w, data, w.file("2.csv", table(people()[5:])))
    need("missing_on" in staff_fields(w, data, 1000), "missing")
    compared(w, data, w.file("3.csv", table(people())))
    need(not staff_fields(w, data, 1000).get("missing_on"), "is back")


@scenario
def faulty_rows_stop_everything(w):
    data = loaded(w)
    rows = people()
    rows[7][8] = "来年の春"
    rows[9][0] = rows[8][0]
    path = w.file("誤り.csv", table(rows))
    leaves = fact_count(data)
    report = w.run("people", "hr", data, path, "--format", "json").exits(1).complains("誤り").json()
    faults = {r["row"]: [e["column"] for e in r["errors"]] for r in report["rows"]
              if r["status"] == "error"}
    need(faults == {10: ["退職年月日"], 12: ["職員番号"]}, faults)
    need(fact_count(data) == leaves, "something was written")


@scenario
def the_page_takes_a_list_and_writes_it_once(w):
    data = loaded(w)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        page = b.upload(b.get("/people"), "/people/list", "file", "人事 4月.csv",
                        table(next_month(people())))
        need("名簿との照合の結果" in page.text and "名簿にいない 8人" in page.text, page.text[:800])
        form = [f for f in page.forms if "/people/list/" in f["action"]][0]
        done = b.submit(page, form["action"], act="commit")
        need("取り込みの結果" in done.text, done.text[:500])
        again = b.post(form["action"], form["fields"] + [("act", "commit")])
        need("取り込みの結果" in again.text, again.text[:300])
        need("新人 一郎" in b.get("/people").text, "no proposal")
        b.close()
    need(staff_fields(w, data, 1020)["department"] == "地域連携室", "transfer")


@scenario
def a_shared_name_gets_no_account_and_a_person_only_one(w):
    data = w.init()
    for login, name in (("kyoyu1", "共有 看護"), ("ward3", "ナースステーション"), ("uketsuke", "受付"),
                        ("test1", "テスト")):
        w.run("user", "add", data, login, "--name", name, "--role", "staff").exits(1) \
            .complains("1人に1つ")


@scenario
def an_account_is_somebodys_of_the_staff_ledger(w):
    data = loaded(w)
    w.run("user", "add", data, "dareka", "--name", "見本 誰か", "--role", "staff").exits(1) \
        .complains("--staff")
    w.run("user", "add", data, "dareka", "--name", "見本 誰か", "--role", "staff", "--staff",
          "9999").exits(1).complains("見つかりません")
    w.run("user", "add", data, "kensa", "--name", "検査装置", "--kind", "machine").exits(0)
    ids = {e["fields"]["staff_no"]: e["entry"] for e in entries(w.export(data, "staff"))}
    w.user(data, "u1001", "staff", "見本 一人", "--staff", "1001")
    with Server(w, data) as server:
        planner, person = Browser(server.port), Browser(server.port)
        planner.sign_in("kanri")
        page = planner.get("/accounts")
        need("1002 仮屋 一郎" in page.body.decode(), "no names to choose from")
        new = {"login": "u1002", "name": "仮屋 一郎", "role": "staff"}
        page = planner.submit(page, "/accounts", **new)
        need(page.status == 422 and "職員台帳の、どの人" in page.text, page.text[:600])
        page = planner.submit(page, "/accounts", staff="仮屋　一郎", **new)
        need("最初のパスワード" in page.text, page.text[:600])
        page = planner.submit(planner.get("/accounts"), "/accounts", staff="1001",
                              **{**new, "login": "nisemono"})
        need(page.status == 409 and "1人に1つ" in page.text, page.text[:600])
        rights_change_at_once(planner, person)
    shown = w.run("user", "show", data, "u1002", "--format", "json").exits(0).json()
    need(shown["staff"] == ids["1002"], shown)
    db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    need(db.execute("SELECT count(*) FROM access WHERE event = 'rights'").fetchone()[0] == 1, "event")
    db.close()
    w.run("verify", data).exits(0)


def rights_change_at_once(planner, person):
    """Another role by the form of the account: the screen in use is refused with its next click."""
    person.sign_in("u1001")
    need(person.send("GET", "/settings").status == 200, "signed in")
    page = planner.get("/accounts/u1001")
    fields = dict(page.form("/accounts/u1001")["fields"])
    need(fields["staff"].startswith("1001 "), fields)
    page = planner.submit(page, "/accounts/u1001", role="auditor", password="wrong-password-1")
    need(page.status == 422 and person.send("GET", "/settings").status == 200, page.text[:300])
    page = planner.submit(page, "/accounts/u1001", role="vendor", password=PASSWORD)
    need(page.status == 422 and "どの事業者" in page.text, page.text[:300])
    page = planner.submit(page, "/accounts/u1001", follow=False, role="auditor", department="監査室",
                          valid_until="2030-03-31", password=PASSWORD)
    need(page.status == 303, page.text[:600])
    page = person.send("GET", "/settings")
    need(page.status == 303 and page.headers["Location"].startswith("/signin"), page.status)


if __name__ == "__main__":
    main()
