#!/usr/bin/env python3
"""Answer once, the gap, and catalogues that are installed while the server runs.
usage: updates.py PROGRAM [WORD]"""
import io, urllib.parse, zipfile

from attack_world import changes, digest
from harness import Browser, Server, fact_count, main, need, scenario

GUIDE = """format: 1
catalogue: mihon-guide
title: 見本の指針
edition: %s
publisher: 見本
source: 見本
kind: guideline
target: facility
sections:
  - {id: "1", title: 一}
items:
"""
ITEM = '  - {id: "1-%s", section: "1", number: "%s", topic: %s, says: %s}\n'
FIRST = GUIDE % "第1版" + ITEM % ("①", "①", "責任者", "責任者を決めます。") \
    + ITEM % ("②", "②", "台帳", "台帳を作ります。") + ITEM % ("③", "③", "鍵", "鍵を掛けます。")
SECOND = GUIDE % "第2版" + ITEM % ("①", "①", "責任者", "責任者を決めます。") \
    + ITEM % ("②", "②", "台帳", "台帳を作り、毎年見直します。") \
    + ITEM % ("④", "④", "訓練", "訓練をします。")


def update(w, data, *more):
    return w.run("catalogue", "update", data, *more)


def installed(w, data):
    return update(w, data, "--format", "json").exits(0).json()


def show(w, data, number):
    return w.run("round", "show", data, str(number), "--format", "json").exits(0).json()


def item_of(view, item):
    found = [i for i in view["items"] if i["item"] == item]
    need(found, f"no item {item} among {[i['item'] for i in view['items']]}")
    return found[0]


# --- the command line ----------------------------------------------------------------------

@scenario
def a_look_at_a_file_changes_nothing(w):
    data = w.init()
    w.run("round", "open", data, "care-issues").exits(0)
    before = digest(data)
    said = update(w, data, w.file("first.yaml", FIRST), "--format", "json").exits(0).json()
    need(not said["applied"] and said["files"][0]["totals"]["new"] == 3, said)
    update(w, data, w.file("first.yaml", FIRST)).exits(0).says("まだ何も変わっていません")
    need(digest(data) == before, f"a look has written {changes(before, digest(data))}")


@scenario
def an_update_is_diffed_tried_taken_back_and_confirmed(w):
    data = w.init()
    first, second = w.file("first.yaml", FIRST), w.file("second.yaml", SECOND)
    update(w, data, first, "--apply").exits(0).says("試しに使い始めました")
    update(w, data, "--confirm", installed(w, data)[0]["entry"]).exits(0)
    w.run("round", "open", data, "mihon-guide").exits(0)
    w.run("round", "answer", data, "1", "--item", "1-③", "--value", "yes").exits(0)
    said = update(w, data, second, "--format", "json").exits(0).json()["files"][0]
    need({i["id"]: i["change"] for i in said["items"]} ==
         {"1-①": "unchanged", "1-②": "reworded", "1-④": "new", "1-③": "retired"}, said)
    need([r["title"] for r in said["rounds"]], "the open round is not named")
    update(w, data, second, "--apply").exits(0)
    trial = installed(w, data)[0]
    need(trial["state"] == "trial" and trial["in_force"], trial)
    # The round goes on as it was opened; a retired item stays readable with its answer.
    view = show(w, data, 1)
    need(item_of(view, "1-③")["answer"]["value"] == "yes", view)
    need(item_of(view, "1-②")["says"] == "台帳を作ります。", view)
    update(w, data, "--undo", trial["entry"]).exits(0)
    need([(i["edition"], i["in_force"]) for i in installed(w, data)] ==
         [("第2版", False), ("第1版", True)], installed(w, data))
    update(w, data, second, "--apply").exits(0)
    trial = installed(w, data)[0]
    update(w, data, "--confirm", trial["entry"]).exits(0)
    update(w, data, "--undo", trial["entry"]).exits(1).complains("もう確定しています")
    update(w, data, second, "--apply").exits(1).complains("新しく使い始めるものはありません")
    # Next year's round has the new items, and last year's answers beside them.
    w.run("round", "open", data, "mihon-guide", "--year", "2030").exits(0)
    view = show(w, data, 2)
    need(item_of(view, "1-④")["new"] and not item_of(view, "1-①")["new"], view)
    w.run("verify", data).exits(0)


@scenario
def what_is_installed_is_listed_and_shown_of_that_folder_alone(w):
    data, other = w.init(), w.init("other")
    update(w, data, w.file("first.yaml", FIRST), "--apply").exits(0)
    def ids(*options):
        return {c["catalogue"] for c in
                w.run("catalogue", "list", "--format", "json", *options).exits(0).json()}
    need(ids("--data", data) - ids() == {"mihon-guide"}, ids("--data", data) - ids())
    need(ids("--data", other) == ids(), "it is seen in another folder")
    w.run("catalogue", "list", "--data", data).exits(0).says("mihon-guide")
    shown = w.run("catalogue", "show", "mihon-guide", "--data", data, "--format", "json").exits(0).json()
    need([i["id"] for i in shown["items"]] == ["1-①", "1-②", "1-③"], shown["items"])
    foreign = w.run("catalogue", "show", "mihon-guide", "--data", data, "--format", "oscal").exits(0).json()
    need("catalog" in foreign, foreign)
    w.run("catalogue", "show", "mihon-guide").exits(1).complains("mihon-guide")
    w.run("catalogue", "show", "mihon-guide", "--data", other).exits(1).complains("mihon-guide")
    update(w, data, "--undo", installed(w, data)[0]["entry"]).exits(0)
    need(ids("--data", data) == ids(), "it is seen after it was taken back")


@scenario
def a_faulty_file_is_refused_with_its_line(w):
    data = w.init()
    before = digest(data)
    for name, text, words in (
            ("bad.yaml", "x: [", "行目"), ("empty.yaml", "", "空"),
            ("key.yaml", FIRST.replace("title:", "titel:"), "titel"),
            ("twice.yaml", FIRST.replace('"1-②"', '"1-①"'), "2回あります"),
            ("lost.yaml", FIRST + '    replaces: {catalogue: nowhere, id: "1"}\n', ""),
            ("binary.yaml", b"\x00\x01\x02\xff" * 100, "")):
        update(w, data, w.file(name, text), "--apply").exits(1).complains(words)
    need(digest(data) == before, f"a refused file has written {changes(before, digest(data))}")


@scenario
def verify_names_a_damaged_edition(w):
    data = w.init()
    update(w, data, w.file("first.yaml", FIRST), "--apply").exits(0)
    w.run("round", "open", data, "mihon-guide").exits(0)
    name = installed(w, data)[0]["digest"]
    path = data / "files" / name[:2] / name
    path.write_bytes(path.read_bytes()[:-7])
    w.run("verify", data).exits(1).complains("mihon-guide")


# --- pages ------------------------------------------------------------------------------------

def upload(b, text, name="guide.yaml", follow=True):
    return b.upload(b.get("/updates"), "/updates", "file", name, text.encode(), follow)


def titles(b):
    return b.get("/catalogues").text


@scenario
def a_file_is_installed_on_the_page_without_a_restart(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    w.user(data, "unyo", "operator")
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        before = fact_count(data)
        page = upload(b, FIRST)
        need(page.status == 200 and "新しい項目（3件）" in page.text, page.text[:900])
        need("見本の指針" not in titles(b) and fact_count(data) == before, "a look has changed something")
        form = [f["action"] for f in page.forms if "/updates/file/" in f["action"]][0]
        done = b.submit(page, form)
        need("試用中" in done.text and "使っています" in done.text, done.text[:900])
        need("見本の指針" in titles(b), "it is not in force without a restart")
        # A second click installs nothing more.
        count = fact_count(data)
        b.submit(page, form)
        need(fact_count(data) == count, "a second click has written something")
        opened = b.submit(b.get("/updates"), "/confirm")
        need("確定" in opened.text and "試用中" not in opened.text, opened.text[:900])
        page = upload(b, SECOND)
        for words in ("変わらない項目（1件）", "改められた項目（1件）", "新しい項目（1件）",
                      "なくなった項目（1件）"):
            need(words in page.text, f"{words}: {page.text[:900]}")
        b.submit(page, [f["action"] for f in page.forms if "/updates/file/" in f["action"]][0])
        need("1-④" in b.get("/catalogues/mihon-guide").text, "the second edition is not in force")
        b.submit(b.get("/updates"), "/undo")
        page = b.get("/catalogues/mihon-guide")
        need("1-③" in page.text and "1-④" not in page.text, page.text[:900])
        faulty = upload(b, FIRST.replace("title:", "titel:"))
        need(faulty.status == 422 and "titel" in faulty.text, f"{faulty.status} {faulty.text[:600]}")
        o = Browser(server.port)
        o.sign_in("unyo")
        need(o.get("/updates").status == 403, "an operator reaches the updates")


@scenario
def an_answer_is_proposed_elsewhere_and_never_given(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    w.run("round", "open", data, "mhlw-6.0-management").exits(0)
    w.run("round", "open", data, "mhlw-checklist-r7-hospital").exits(0)
    walk = w.run("crosswalk", "show", "mhlw-6.0-management", "mhlw-checklist-r7-hospital",
                 "--format", "json").exits(0).json()
    strict = [p for p in walk["pairs"] if p["relation"] in ("equal", "superset")
              and p["confidence"] != "low" and "#" not in p["from"] + p["to"]]
    need(strict, "the crosswalk has no pair that carries an answer")
    source, target = strict[0]["from"], strict[0]["to"]
    w.run("round", "answer", data, "1", "--item", source, "--value", "yes").exits(0)
    view = show(w, data, 2)
    got = item_of(view, target)
    yes = [i for i in got["inherited"] if i["value"] in ("yes", "partly")]
    need(yes and yes[0]["from"] == f"mhlw-6.0-management {source}", got["inherited"])
    need("と答えているため" in yes[0]["chain"] and "まだ残ること:" in yes[0]["chain"], yes)
    need(got["answer"]["value"] == "unconfirmed" and view["totals"]["yes"] == 0, got)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        page = b.get("/round/%s/item/%s/%s" % (view["round"], urllib.parse.quote(target),
                                               got["column"] or "-"))
        need("ほかの答えからの提案" in page.text and "まだ残ること" in page.text, page.text[:1500])
        need("自動で答えたことにはなりません" in page.text, page.text[:1500])
        need(any(source in urllib.parse.unquote(l) for l in page.links), page.links)


@scenario
def the_gap_loses_no_answer_on_the_way_to_a_newer_edition(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    old = ("mhlw-6.0-governance", "mhlw-6.0-management", "mhlw-6.0-control")
    answered = set()
    for number, catalogue in enumerate(old, 1):
        w.run("round", "open", data, catalogue).exits(0)
        for item in show(w, data, number)["items"][:6]:
            w.run("round", "answer", data, str(number), "--item", item["item"], "--value",
                  "yes").exits(0)
            answered.add((catalogue, item["item"]))
    gap = w.run("round", "gap", data, *old, "mhlw-7.0-notes", "--format", "json").exits(0).json()
    need(sorted(gap["from"]) == sorted(old), gap["from"])
    need(all(i["flagged"] == (i["change"] in ("new", "reworded")) for i in gap["items"]), gap["items"])
    told = {(a["catalogue"], a["id"]) for i in gap["items"] for a in i["former"]}
    told |= {(a["catalogue"], a["id"]) for a in gap["kept"] + gap["retired"]}
    need(answered <= told, f"lost: {sorted(answered - told)}")
    need(gap["totals"]["retired"] == 0 and gap["totals"]["untouched"] > 100, gap["totals"])
    alone = w.run("round", "gap", data, "mhlw-7.0-notes", "--format", "json").exits(0).json()
    need(sorted(alone["from"]) == sorted(old), "the older edition is not found by itself")
    r8 = w.run("round", "gap", data, "mhlw-checklist-r7-hospital", "mhlw-checklist-r8-facility",
               "--format", "json").exits(0).json()
    need(all(i["change"] for i in r8["items"]), r8["items"])
    w.run("round", "gap", data, "nothing").exits(1).complains("nothing")
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        leaves = fact_count(data)
        page = b.get("/gap?to=mhlw-7.0-notes&from=&scope=&show=changed")
        need("改められた項目" in page.text and "前の版のままの項目" in page.text, page.text[:1500])
        sheet = b.get("/gap/xlsx?to=mhlw-7.0-notes&from=&scope=")
        names = zipfile.ZipFile(io.BytesIO(sheet.body)).namelist()
        need(sum(n.startswith("xl/worksheets/sheet") for n in names) >= 3, names)
        need(fact_count(data) == leaves, "looking at the gap has written something")
        need(b.get("/gap?to=nothing").status == 404, "an unknown guideline")


if __name__ == "__main__":
    main()
