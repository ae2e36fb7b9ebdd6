#!/usr/bin/env python3
"""Reading guidelines: lists, search, items, crosswalks, words, and what applies to whom.
usage: browse.py PROGRAM [WORD]"""
import html, re, time, urllib.parse

from harness import Browser, Server, entries, fact_count, main, need, scenario

CONTROL = "mhlw-6.0-control"
R6, R7 = "mhlw-checklist-r6-hospital", "mhlw-checklist-r7-hospital"
VENDOR_SHEET = "mhlw-checklist-r6-vendor"


def quote(text):
    return urllib.parse.quote(text, safe="-()")


def hospital(w, kind="hospital"):
    data = w.folder / "data"
    w.run("init", data, "--org", "見本の施設", "--kind", kind).exits(0)
    w.user(data, "kanri", "planner", "企画 花子")
    w.user(data, "unyo", "operator", "運用 一郎")
    w.user(data, "shokuin", "staff", "職員 三郎")
    return data


def browser(server, login="kanri"):
    b = Browser(server.port)
    b.sign_in(login)
    return b


def catalogue(w, name, *options):
    return w.run("catalogue", "show", name, "--format", "json", *options).exits(0).json()


def link(catalogue_id, item):
    return f"/catalogues/{catalogue_id}/{urllib.parse.quote(item)}"


def plain(page):
    """The text without the explanations that stand between its words."""
    body = re.sub(r'<span class="term-tip".*?</span>', "", page.body.decode())
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def lines(page):
    """Addresses of the items listed on a page, in order."""
    return [l for l in page.links if re.fullmatch(r"/catalogues/[^/]+/[^/?#]+", l)]


# --- what applies ----------------------------------------------------------------------------

@scenario
def a_clinic_without_a_server_has_fewer_items_each_with_its_reason(w):
    data = hospital(w, "clinic")
    whole = catalogue(w, CONTROL)
    need(all("excluded" not in i for i in whole["items"]), "excluded without a facility")
    before = catalogue(w, CONTROL, "--data", data)
    need(before["excluded_count"] == 0, "something is left out before anything is answered")
    said = w.run("catalogue", "scope", data, "own_server=no", "wireless=no", "iot=unknown",
                 "--format", "json").exits(0).json()
    need(said["kind"] == "clinic_without_server" and said["facts"]["iot"] == "unknown" and
         said["facts"]["cloud"] is None, said)
    after = catalogue(w, CONTROL, "--data", data)
    out = [i for i in after["items"] if i["excluded"]]
    need(len(after["items"]) == len(whole["items"]), "items are missing instead of marked")
    need(0 < len(out) == after["excluded_count"] and
         after["applicable_count"] == len(whole["items"]) - len(out), after["excluded_count"])
    for i in out:
        need("対象外" in i["excluded"], i)
        need("clinic_without_server" not in i["applies"] or {"own_server", "wireless"} & set(i["needs"]),
             f"{i['id']} is left out without a cause: {i['excluded']}")
    need(any("サーバを置いていない" in i["excluded"] for i in out) and
         any("無線LAN" in i["excluded"] for i in out), [i["excluded"] for i in out])
    need(not any(i["excluded"] for i in after["items"] if "iot" in i["needs"] and
                 not {"own_server", "wireless"} & set(i["needs"]) and
                 "clinic_without_server" in i["applies"]), "'unknown' leaves something out")
    text = w.run("catalogue", "show", CONTROL, "--data", data).exits(0).out
    need(f"対象外{len(out)}項目" in text and out[0]["excluded"] in text, text[:400])
    # Back again: nothing is lost, and every answer stands in the history of the ledger.
    w.run("catalogue", "scope", data, "own_server=yes", "wireless=yes").exits(0)
    need(catalogue(w, CONTROL, "--data", data)["excluded_count"] == 0, "does not come back")
    w.run("verify", data).exits(0)


@scenario
def answers_about_the_facility_by_import_and_by_command(w):
    data = hospital(w)
    csv = "名前,無線LANを使う,個人の端末を業務に使う\r\n施設のようす,いいえ,はい\r\n"
    w.run("import", data, "scope", w.file("ようす.csv", csv)).exits(0)
    said = w.run("catalogue", "scope", data, "--format", "json").exits(0).json()
    need(said["facts"]["wireless"] == "no" and said["facts"]["byod"] == "yes", said)
    w.run("catalogue", "scope", data, "byod=no", "--as", "unyo").exits(0)
    rows = entries(w.export(data, "scope"))
    need(len(rows) == 1 and rows[0]["fields"]["byod"] == "no" and
         rows[0]["fields"]["wireless"] == "no", rows)
    before = fact_count(data)
    w.run("catalogue", "scope", data, "wifi=no").exits(2).complains("wifi", "daicho catalogue scope")
    w.run("catalogue", "scope", data, "wireless=perhaps").exits(2).complains("yes no unknown")
    w.run("catalogue", "scope", data, "wireless=yes", "--as", "shokuin").exits(1).complains("できるのは")
    w.run("catalogue", "show", "nothing", "--data", data).exits(1).complains("nothing")
    need(fact_count(data) == before, "a refused command wrote")


@scenario
def the_page_of_questions_shows_what_would_follow_and_saves(w):
    data = hospital(w)
    with Server(w, data) as server:
        b = browser(server)
        need("施設のようすに答える" not in b.get("/").text, "asked before the first run is done")
        page, before = b.get("/scope"), fact_count(data)
        form = page.form("/scope/look")
        need(form["method"] == "get" and len({n for n in form["names"] if n.startswith("a-")}) == 12, form)
        look = b.get("/scope/look?a-takeout=no&a-byod=no&a-wireless=unknown")
        need(fact_count(data) == before, "looking has written")
        counted = catalogue(w, CONTROL)
        falls = sum(bool({"takeout", "byod"} & set(i["needs"])) for i in counted["items"])
        need(falls > 0 and "対象外になる" in look.text, look.text[:600])
        row = re.search(r"システム運用編 (\d+) (\d+) (\d+) (\d+)", look.text)
        need(row and int(row[1]) - int(row[2]) == int(row[3]) == falls and row[4] == "0", look.text[:900])
        done = b.submit(look, "/scope", follow=False)
        need(done.status == 303 and "done=" in done.headers["Location"], done.status)
        need(fact_count(data) == before + 1, "not one fact")
        for reason in {i["excluded"] for i in catalogue(w, CONTROL, "--data", data)["items"] if i["excluded"]}:
            need(reason in look.text, f"{reason} was not said before: {look.text[:900]}")
        # The same form again: sent twice is written once; an older one is refused in words.
        again = b.submit(look, "/scope", follow=False)
        need(again.status == 303 and fact_count(data) == before + 1, again.status)
        stale = b.submit(look, "/scope", follow=False, key="01jzzzzzzzzzzzzzzzzzzzzzzz",
                         **{"a-takeout": "yes"})
        need(stale.status == 409 and "変更" in stale.text, (stale.status, stale.text[:300]))
        bad = b.submit(b.get("/scope/look?a-takeout=yes"), "/scope", follow=False, **{"a-takeout": "x"})
        need(bad.status == 422 and "選んでください" in bad.text, (bad.status, bad.text[:300]))
        strange = b.submit(b.get("/scope/look?a-takeout=yes"), "/scope", follow=False, other="1")
        need(strange.status in (400, 422), strange.status)
        need(b.get("/scope/look?a-takeout=x").status == 400, "a made-up answer")
        need("今の答えと同じ" in b.get("/scope/look?a-takeout=no&a-byod=no&a-wireless=unknown").text, "same")
        staff = browser(server, "shokuin")
        page = staff.get("/scope")
        need(page.status == 200 and not any("/scope" in f["action"] for f in page.forms) and
             "いいえ" in page.text, page.text[:300])
        need(staff.send("GET", "/scope/look").status == 403, "staff may look at changes")
    w.run("verify", data).exits(0)


@scenario
def the_first_run_asks_and_the_home_page_reminds(w):
    data = hospital(w)
    with Server(w, data) as server:
        b = browser(server)
        page = b.submit(b.get("/setup"), "/setup", **{"v-name": "見本の施設", "v-kind": "clinic"})
        page = b.submit(b.get("/setup/outsourced"), "/setup/outsourced",
                        **{"v-outsourced_emr": "yes", "v-outsourced_cloud": "yes"})
        need("施設のようす" in page.text and any(f["action"] == "/setup/scope" for f in page.forms), page.text[:300])
        fields = dict(page.form("/setup/scope")["fields"])
        # What the page before has told is filled in already.
        need(fields.get("a-vendor_contract") == "yes" and fields.get("a-cloud") == "yes" and
             "a-wireless" not in fields, fields)
        need("施設のようすに答える" in b.get("/").text, "no reminder")
        page = b.submit(b.get("/setup/scope"), "/setup/scope", **{"a-own_server": "no"})
        need("終わりました" in page.text, page.text[:200])
        need("施設のようすに答える" not in b.get("/").text, "reminded of what is done")
    said = w.run("catalogue", "scope", data, "--format", "json").exits(0).json()
    need(said["kind"] == "clinic_without_server" and said["facts"]["cloud"] == "yes", said)


# --- reading ------------------------------------------------------------------------------------

@scenario
def everything_is_found_by_role_kind_level_and_word(w):
    data = hospital(w)
    w.run("catalogue", "scope", data, "online_eligibility=no").exits(0)
    listed = w.run("catalogue", "list", "--format", "json").exits(0).json()
    with Server(w, data) as server:
        b = browser(server)
        page = b.get("/catalogues")
        for c in listed:
            need(f"/catalogues/{c['catalogue']}" in page.links and c["title"] in page.text, c)
        need("自分に関係するもの（企画管理者）" in page.text, page.text[-900:])
        # One guideline: exactly the items of the source, in order.
        page = b.get(f"/catalogues/{CONTROL}?show=all")
        need(lines(page) == [link(CONTROL, i["id"]) for i in catalogue(w, CONTROL)["items"]],
             lines(page)[:5])
        # Filters narrow, together and alone.
        whole = catalogue(w, "mhlw-5-cd", "--data", data)["items"]
        for query, keep in (
                ("level=D", lambda i: i["level"] == "D"),
                ("role=operator", lambda i: "operator" in i["role"]),
                ("area=server&control=preventive",
                 lambda i: "server" in i["area"] and i["control"] in ("preventive", "both")),
                ("org=clinic_without_server", lambda i: "clinic_without_server" in i["applies"])):
            got = lines(b.get(f"/catalogues/mhlw-5-cd?{query}"))
            want = [i["id"] for i in whole if keep(i) and not i["excluded"]]
            need([urllib.parse.unquote(l.split("/")[-1]) for l in got] == want and want, (query, got[:3], want[:3]))
        # What does not apply is left out, and shown with its reason when asked for.
        page = b.get("/catalogues/online-eligibility-network")
        need(not lines(page) and "対象外" in page.text, page.text[:400])
        page = b.get("/requirements?catalogue=online-eligibility-network&show=excluded")
        need(len(lines(page)) == 14 and page.text.count("オンライン資格確認を使") >= 14, page.text[:400])
        for bad in ("role=boss", "area=x", "show=x", "catalogue=x", "nothing=1", "page=0"):
            need(b.get(f"/requirements?{bad}").status == 400, bad)
        # Page after page, every item once.
        seen, number = [], 1
        while True:
            page = b.get(f"/requirements?show=all&page={number}")
            if not lines(page):
                break
            seen += lines(page)
            number += 1
        need(len(seen) == len(set(seen)) == sum(c["item_count"] for c in listed), (len(seen), number))


@scenario
def search_finds_kana_width_readings_and_numbers(w):
    data = hospital(w)
    with Server(w, data) as server:
        b = browser(server)

        def find(words, more=""):
            return b.get(f"/requirements?show=all&q={urllib.parse.quote(words)}{more}")

        for a, c in (("バックアップ", "ばっくあっぷ"), ("VPN", "ｖｐｎ"), ("ﾊﾟｽﾜｰﾄﾞ", "パスワード")):
            need(lines(find(a)) == lines(find(c)) != [], (a, c))
        page = find("真正性")
        need(set(lines(page)) <= set(lines(find("しんせいせい"))) and lines(page), "a reading")
        need("<mark>真正性</mark>" in find("しんせいせい").body.decode(), "no mark")
        need(lines(find("13-⑤"))[0].endswith(quote("13-⑤")), lines(find("13-⑤"))[:3])
        need(len(lines(find("媒体"))) > 3 and len(lines(find("鍵"))) > 1, "two characters, one")
        both = lines(find("無線 端末", "&catalogue=" + CONTROL))
        need(both and set(both) <= set(lines(find("無線", "&catalogue=" + CONTROL))), both)
        need("言葉を分けて" in find("無線の端末を守る仕組み").text or
             "近い言葉" in find("無線の端末を守る仕組み").text, "no fallback")
        need("当てはまる項目はありません" in find("ありえないほにゃらら").text, "nothing")
        hostile = find("<script>alert(1)</script>")
        need("<script>alert(1)" not in hostile.body.decode() and hostile.status == 200, "script")
        need(find("x" * 5000).status == 200 and find("%_'\"\\").status == 200, "odd words")
        start = time.monotonic()
        for _ in range(20):
            find("医療情報システム")
        need(time.monotonic() - start < 20, "a search takes more than a second")


@scenario
def an_item_shows_its_neighbours_words_and_answers(w):
    data = hospital(w)
    done = lambda *a: w.run(*a).exits(0)
    done("round", "open", data, R6, "--year", "2025", "--as", "kanri")
    item = next(i for i in catalogue(w, R6)["items"] if i["id"] == "2-(1)")
    for value, more, login in (("no", ["--target", "2026-02-01"], "unyo"), ("yes", [], "kanri")):
        done("round", "answer", data, "--round", "1", "--item", item["id"], "--column", item["columns"][0],
             "--value", value, *more, "--as", login)
    with Server(w, data) as server:
        b = browser(server)
        page = b.get(f"/catalogues/{R6}/{quote('2-(1)')}")
        need(page.status == 200, page.status)
        for words in (item["says"], *item["do"], *item["show"], *[c["place"] for c in item["cites"]]):
            need(words in plain(page), (words, page.text[:500]))
        # Both answers, who and when; the last one is marked.
        past = page.text[page.text.index("これまでの回答"):]
        need(past.index("はい 今の答え") < past.index("いいえ") and "運用 一郎" in past and
             "企画 花子" in past and "2026-02-01" in past, past[:600])
        # Its history follows it into the next edition.
        r7 = next(i for i in catalogue(w, R7)["items"] if (i["replaces"] or {}).get("id") == "2-(1)")
        later = b.get(f"/catalogues/{R7}/{quote(r7['id'])}")
        need("運用 一郎" in later.text and "項番 2-(1)" in later.text and
             link(R6, "2-(1)") in later.links, later.text[-2500:])
        need(link(R7, r7["id"]) in page.links, "no way forward")
        # Words are explained where they stand and in a list.
        need(re.search(r'<a href="#w-(\d+)" aria-describedby="w-\1-says">', page.body.decode()) and
             "このページの言葉" in page.text, page.text[-900:])
        # Staff read the item, not the answers nor what the ledgers say.
        page = browser(server, "shokuin").get(f"/catalogues/{R6}/{quote('2-(1)')}")
        need(page.status == 200 and "これまでの回答" not in page.text and "運用 一郎" not in page.text and
             "台帳から分かること" not in page.text, page.text[:600])
        for nowhere in (f"/catalogues/{R6}/x", "/catalogues/x", "/catalogues/x/y", "/crosswalks/x/y"):
            need(b.get(nowhere).status == 404, nowhere)


@scenario
def a_vendor_sees_its_own_answers_alone(w):
    data = hospital(w)
    ids = {}
    for name in ("事業者甲", "事業者乙"):
        w.run("import", data, "vendors", w.file("v.csv", f"事業者名\r\n{name}\r\n")).exits(0)
        ids[name] = next(e["entry"] for e in entries(w.export(data, "vendors"))
                         if name in e["fields"].values())
        w.run("round", "open", data, VENDOR_SHEET, "--year", "2025", "--vendor", ids[name], "--as", "kanri").exits(0)
    item = catalogue(w, VENDOR_SHEET)["items"][0]
    column = item["columns"][0]
    for n, login in ((1, "kanri"), (2, "unyo")):
        w.run("round", "answer", data, "--round", str(n), "--item", item["id"], "--column", column, "--value", "yes",
              "--as", login).exits(0)
    w.run("user", "add", data, "ko", "--name", "甲の人", "--role", "vendor", "--vendor", ids["事業者甲"],
          "--password-stdin", stdin=b"mihon-no-kagi-2026\n").exits(0)
    with Server(w, data) as server:
        page = browser(server, "ko").get(f"/catalogues/{VENDOR_SHEET}/{quote(item['id'])}")
        need("企画 花子" in page.text and "運用 一郎" not in page.text and "事業者乙" not in page.text, page.text[:900])
        page = browser(server).get(f"/catalogues/{VENDOR_SHEET}/{quote(item['id'])}")
        need("企画 花子" in page.text and "運用 一郎" in page.text, page.text[:900])
        vendor = browser(server, "ko")
        need(vendor.send("GET", "/scope").status == 403, "a vendor reads about the hospital")
        need(lines(vendor.get("/requirements?catalogue=cloud-medical")), "nothing applies to a vendor")


@scenario
def crosswalks_read_the_same_from_both_sides(w):
    data = hospital(w)
    listed = w.run("crosswalk", "list", "--format", "json").exits(0).json()
    with Server(w, data) as server:
        b = browser(server)
        page = b.get("/crosswalks")
        need(page.status == 200, page.status)
        for c in listed[:4]:
            there, back = f"/crosswalks/{c['from']}/{c['to']}", f"/crosswalks/{c['to']}/{c['from']}"
            need(there in page.links and back in page.links, (there, page.links[:20]))
            pairs = w.run("crosswalk", "show", c["from"], c["to"], "--format", "json").exits(0).json()["pairs"]
            one, other = b.get(there), b.get(back)
            need(f"{len(pairs)}組" in one.text and f"{len(pairs)}組" in other.text, (there, len(pairs)))
            subsets = sum(p["relation"] == "subset" for p in pairs)
            need((f"{subsets}組" if subsets else "その関係の組はありません") in
                 b.get(there + "?relation=subset").text, there)
            # What is part of the other from here holds the other from there.
            need((f"{subsets}組" if subsets else "その関係の組はありません") in
                 b.get(back + "?relation=superset").text, back)
            for p in pairs[:5]:
                need(p["reason"] in one.text and p["reason"] in other.text, p)
        need(b.get(f"/crosswalks/{listed[0]['from']}/{listed[0]['to']}?relation=x").status == 400, "relation")
        page = b.get("/glossary?q=" + urllib.parse.quote("ほぞんせい"))
        need("保存性" in page.text and "真正性（" not in page.text, page.text[:300])


if __name__ == "__main__":
    main()
