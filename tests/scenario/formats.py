#!/usr/bin/env python3
"""Catalogues, crosswalks and rounds in the formats of others, in and out; forms of others filled in.
usage: formats.py PROGRAM [WORD]"""
import copy, csv, io, json, os, re, shutil, subprocess, zipfile

import oscal_check
from harness import Browser, Server, Skip, digest, entries, main, need, scenario
from oscal_check import SHARED, check, schema_faults, structure_faults

CHECKLIST = "mhlw-checklist-r7-hospital"


def catalogues(w):
    return [c["catalogue"] for c in w.run("catalogue", "list", "--format", "json").exits(0).json()]


def told(why):
    """A part of a scenario that could not be done is seen."""
    if why:
        print(f"SKIP  schemas: {why}", flush=True)


# --- OSCAL --------------------------------------------------------------------------------

@scenario
def every_catalogue_goes_out_as_valid_oscal(w):
    skipped = ""
    for name in catalogues(w):
        doc = w.run("catalogue", "show", name, "--format", "oscal").exits(0).json()
        skipped = check(doc)
        again = w.run("catalogue", "show", name, "--format", "oscal").exits(0).json()
        for d in (doc, again):
            d["catalog"]["metadata"].pop("last-modified")
        need(doc == again, f"{name}: the same catalogue has other names the second time")
    told(skipped)


@scenario
def every_crosswalk_goes_out_as_valid_oscal_from_both_ends(w):
    skipped = ""
    for walk in w.run("crosswalk", "list", "--format", "json").exits(0).json():
        for a, b in ((walk["from"], walk["to"]), (walk["to"], walk["from"])):
            doc = w.run("crosswalk", "show", a, b, "--format", "oscal").exits(0).json()
            skipped = check(doc)
            maps = doc["mapping-collection"]["mappings"][0]["maps"]
            need(len(maps) == walk["pair_count"], f"{a} {b}: pairs are missing")
    told(skipped)


@scenario
def ends_of_a_mapping_are_controls_of_the_catalogues(w):
    walk = w.run("crosswalk", "list", "--format", "json").exits(0).json()[0]
    doc = w.run("crosswalk", "show", walk["from"], walk["to"], "--format", "oscal").exits(0).json()
    known = {}
    for side in ("from", "to"):
        text = w.run("catalogue", "show", walk[side], "--format", "oscal").exits(0).out
        known[side] = set(re.findall(r'"id": "([^"]+)"', text))
    for m in doc["mapping-collection"]["mappings"][0]["maps"]:
        need({s["id-ref"] for s in m["sources"]} <= known["from"], m["sources"])
        need({t["id-ref"] for t in m["targets"]} <= known["to"], m["targets"])


@scenario
def the_checks_find_what_is_wrong(w):
    doc = w.run("catalogue", "show", CHECKLIST, "--format", "oscal").exits(0).json()
    need(structure_faults(doc) == [], "a sound document")

    def broken(change):
        d = copy.deepcopy(doc)
        change(d["catalog"])
        return d
    breaks = [broken(lambda c: c["groups"][0].update(id="1.1")),
              broken(lambda c: c.update(uuid="no")),
              broken(lambda c: c["metadata"].pop("version")),
              broken(lambda c: c["groups"][0].update(title="a\nb")),
              broken(lambda c: c["metadata"].update({"last-modified": "2026-01-01"}))]
    for d in breaks:
        need(structure_faults(d), "our own rules miss it")
    try:
        need(schema_faults(doc) == [] and all(schema_faults(d) for d in breaks),
             "the schema misses it")
    except Skip as why:
        told(str(why))


def sample_round(w):
    data = w.folder / "data"
    w.run("init", data, "--sample").exits(0)
    w.run("round", "open", data, CHECKLIST).exits(0)
    return data


def answer(w, data, item, value, *options):
    return w.run("round", "answer", data, "--round", "1", "--item", item, "--value", value,
                 *options).exits(0)


def this_year_end():
    import datetime
    d = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
    return f"{d.year + (d.month > 3)}-03-31"


@scenario
def a_round_goes_out_as_results_and_plan(w):
    data = sample_round(w)
    show = lambda kind: w.run("round", "show", data, "--round", "1", "--format", kind)
    told(check(show("oscal-ar").exits(0).json()))
    show("oscal-poam").exits(1).complains("いいえ")
    device = entries(w.export(data))[0]["entry"]
    answer(w, data, "2-①", "yes", "--note", "印*あり*\n2行目", "--evidence", f"devices/{device}")
    answer(w, data, "2-②", "no", "--target", this_year_end(), "--note", "入れ替える")
    answer(w, data, "2-③", "na", "--note", "該当する機器がない")
    w.run("round", "approve", data, "--round", "1", "--partial").exits(0)
    doc = show("oscal-ar").exits(0).json()
    check(doc)
    result = doc["assessment-results"]["results"][0]
    states = {f["target"]["target-id"].split(".", 1)[1]: f["target"] for f in result["findings"]}
    need(states["2-①_smt"]["status"] == {"state": "satisfied", "reason": "pass"}, states)
    need(states["2-②_smt"]["implementation-status"]["state"] == "planned", states)
    need(states["2-③_smt"]["implementation-status"]["state"] == "not-applicable", states)
    need(result["attestations"] and len(result["observations"]) == 3, "approval and answers")
    need(device in json.dumps(result["observations"]), "evidence")
    plan = show("oscal-poam").exits(0).json()
    check(plan)
    poam = plan["plan-of-action-and-milestones"]
    need(len(poam["poam-items"]) == 1 and poam["risks"][0]["deadline"].startswith(this_year_end()),
         poam["poam-items"])
    need(poam["poam-items"][0]["related-findings"][0]["finding-uuid"] ==
         [f["uuid"] for f in result["findings"] if "2-②" in f["title"]][0], "one finding, one name")
    out = w.folder / "r.xlsx"
    w.run("round", "show", data, "--round", "1", "--format", "xlsx").exits(2).complains("--out")
    w.run("round", "show", data, "--round", "1", "--format", "xlsx", "--out", out).exits(0)
    need("入れ替える" in zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml").decode() +
         str(zipfile.ZipFile(out).namelist()), "the sheet")


# --- in -----------------------------------------------------------------------------------

OSCAL = {"catalog": {
    "uuid": "11111111-1111-4111-8111-111111111111",
    "metadata": {"title": "Example Controls", "last-modified": "2026-01-01T00:00:00Z", "version": "1",
                 "oscal-version": "1.2.1", "parties": [{"uuid": "22222222-2222-4222-8222-222222222222",
                                                        "type": "organization", "name": "Example"}]},
    "groups": [{"id": "ac", "title": "Access", "controls": [
        {"id": "ac-1", "title": "Policy", "params": [{"id": "ac-1_p", "label": "every year"}],
         "props": [{"name": "label", "value": "AC-1"}],
         "parts": [{"name": "statement", "id": "ac-1_smt", "prose": "Do \\*this\\*:", "parts": [
             {"name": "item", "props": [{"name": "label", "value": "a."}],
              "prose": "Review {{ insert: param, ac-1_p }};"}]},
             {"name": "guidance", "prose": "Think."}, {"name": "assessment-objective", "prose": "x"}],
         "controls": [{"id": "ac-1.1", "title": "More", "parts": [
             {"name": "statement", "prose": "Do more."}]}]},
        {"id": "ac-2", "title": "Gone", "props": [{"name": "status", "value": "withdrawn"}]}]}]}}


@scenario
def an_oscal_catalog_of_others_comes_in(w):
    source = w.file("other.json", json.dumps(OSCAL))
    out = w.folder / "out"
    got = w.run("catalogue", "import", source, "--out", out, "--format", "json").exits(0).json()[0]
    need([f["file"] for f in got["files"]] == ["example-controls.yaml"], got)
    notes = " ".join(n["text"] for n in got["notes"])
    need("withdrawn" in notes and "assessment-objective" in notes, notes)
    w.run("catalogue", "check", out / "example-controls.yaml").exits(0)
    text = (out / "example-controls.yaml").read_text()
    for word in ('"Do *this*:"', '"Review ［every year］;"', '"ac-1.1"', '"AC-1"', '"解説"'):
        need(word in text, f"{word} is not in\n{text}")
    need("ac-2" not in text, "withdrawn controls stay out")
    w.run("catalogue", "import", source, "--out", out).exits(1).complains("--replace")
    w.run("catalogue", "import", source, "--out", out, "--replace").exits(0)


LIBRARY = """urn: urn:test:risk:library:two
locale: en
ref_id: two
name: Two frameworks
version: 3
provider: Test
copyright: Free
objects:
  threats: [{urn: a}]
  frameworks:
  - urn: urn:test:risk:framework:one
    ref_id: ONE
    name: First
    requirement_nodes:
    - &node {urn: 'urn:test:risk:req_node:one:a', assessable: false, depth: 1, ref_id: A, name: Part A}
    - {urn: 'urn:test:risk:req_node:one:a.1', parent_urn: 'urn:test:risk:req_node:one:a',
       assessable: true, depth: 2, ref_id: A.1, description: Keep a list.,
       translations: {ja: {name: 台帳, description: 台帳を持つ。}},
       typical_evidence: "- a list\\n- a date",
       questions: {'urn:q1': {type: unique_choice, text: How?, choices: [{value: Paper}, {value: Disk}]},
                   'urn:q2': {type: date, text: When?}}}
    - {urn: 'urn:test:risk:req_node:one:a.1.x', parent_urn: 'urn:test:risk:req_node:one:a.1',
       assessable: false, depth: 3, ref_id: x, description: With owners.}
  - urn: urn:test:risk:framework:two
    ref_id: TWO
    name: Second
    requirement_nodes:
    - {urn: 'urn:test:risk:req_node:two:b', assessable: true, depth: 1, ref_id: B, description: Lists.}
  requirement_mapping_sets:
  - urn: urn:test:risk:req_mapping_set:one-to-two
    source_framework_urn: urn:test:risk:framework:one
    target_framework_urn: urn:test:risk:framework:two
    requirement_mappings:
    - {source_requirement_urn: 'urn:test:risk:req_node:one:a.1', relationship: superset,
       target_requirement_urn: 'urn:test:risk:req_node:two:b', strength_of_relationship: 9,
       rationale: semantic}
    - {source_requirement_urn: 'urn:test:risk:req_node:one:a', relationship: intersect,
       target_requirement_urn: 'urn:test:risk:req_node:two:b'}
    - {source_requirement_urn: 'urn:test:risk:req_node:one:zz', relationship: equal,
       target_requirement_urn: 'urn:test:risk:req_node:two:b'}
  - urn: urn:test:risk:req_mapping_set:two-to-one
    source_framework_urn: urn:test:risk:framework:two
    target_framework_urn: urn:test:risk:framework:one
    requirement_mappings:
    - {source_requirement_urn: 'urn:test:risk:req_node:two:b', relationship: subset,
       target_requirement_urn: 'urn:test:risk:req_node:one:a.1'}
"""


@scenario
def a_library_of_two_frameworks_and_their_mapping_comes_in(w):
    out = w.folder / "out"
    got = w.run("catalogue", "import", w.file("lib.yaml", LIBRARY), "--out", out, "--format",
                "json").exits(0).json()[0]
    need(sorted(f["file"] for f in got["files"]) == ["one--two.yaml", "one.yaml", "two.yaml"], got)
    notes = " ".join(n["text"] for n in got["notes"])
    need("one:zz" in notes, f"what has no place is named: {notes}")
    for f in out.iterdir():
        w.run("catalogue", "check", f).exits(0)
    one, walk = (out / "one.yaml").read_text(), (out / "one--two.yaml").read_text()
    for word in ("台帳を持つ。", '"a list"', '"With owners."', "choice", '"Paper"', "A.1.q2"):
        need(word in one, f"{word} is not in\n{one}")
    need(walk.count("  - from:") == 2 and "superset" in walk and 'from: "A"' in walk, walk)


@scenario
def the_public_libraries_of_the_vectors_come_in(w):
    folder = SHARED / "vectors/ciso-assistant"
    if not folder.exists():
        raise Skip(f"{folder} is not there")
    mapping = next(folder.glob("map-*.yaml"))
    framework = next(f for f in folder.glob("*.yaml") if f != mapping)
    out = w.folder / "out"
    got = w.run("catalogue", "import", framework, mapping, "--out", out, "--format", "json")
    files = [f for g in got.exits(0).json() for f in g["files"]]
    need(files[0]["count"] == framework.read_text().count("assessable: true"), files)
    need(files[1]["lacks"], "the other catalogue of the mapping is not there")
    w.run("catalogue", "check", out / files[0]["file"]).exits(0)
    # With a catalogue of its other end, made here, the mapping is whole.
    urns = sorted(set(re.findall(r"source_requirement_urn: (\S+)", mapping.read_text())))
    source = re.search(r"source_framework_urn: (\S+)", mapping.read_text())[1]
    nodes = [f"    - {{urn: '{u}', assessable: true, depth: 1, ref_id: '{u.split(':')[-1]}', "
             f"description: Made for the test.}}" for u in urns]
    other = w.file("other.yaml", "urn: urn:t:risk:library:x\nlocale: en\nname: x\nversion: 1\nobjects:\n"
                   f"  framework:\n    urn: {source}\n    ref_id: x\n    name: x\n"
                   "    requirement_nodes:\n" + "\n".join(nodes) + "\n")
    got = w.run("catalogue", "import", other, mapping, "--out", out, "--replace", "--format", "json")
    walk = got.exits(0).json()[1]["files"][0]
    need(walk["lacks"] == "" and walk["count"] >= len(urns), walk)
    w.run("catalogue", "check", out / walk["file"]).exits(0)


@scenario
def what_goes_out_comes_back_in_through_every_format(w):
    whole = lambda d: {k: v for k, v in d.items() if k != "digest"}
    for kind, name in (("xlsx", "a.xlsx"), ("oscal", "a.json")):
        out = w.folder / kind
        w.run("catalogue", "show", CHECKLIST, "--format", kind, "--out", w.folder / name).exits(0)
        w.run("catalogue", "import", w.folder / name, "--out", out).exits(0)
        need((out / f"{CHECKLIST}.yaml").exists(), kind)
        w.run("catalogue", "check", out / f"{CHECKLIST}.yaml").exits(0)
    a, b = ((w.folder / k / f"{CHECKLIST}.yaml").read_text() for k in ("xlsx", "oscal"))
    need(set(a.split()) == set(b.split()), "two ways, one catalogue")


@scenario
def bad_files_are_refused_with_their_place_and_leave_nothing(w):
    out = w.folder / "out"
    w.run("catalogue", "show", CHECKLIST, "--format", "xlsx", "--out", w.folder / "a.xlsx").exits(0)
    cases = [("a.json", '{"catalog": {\n"uuid": }', ["2行目"]),
             ("b.json", '{"profile": {}}', ["catalog"]),
             ("c.yaml", "objects:\n  framework: [1\n", ["YAML"]),
             ("d.yaml", "objects: {}\n", ["framework"]),
             ("e.yaml", "format: 1\ncatalogue: ../../etc\ntitle: x\nitems: []\n", ["ファイル名"]),
             ("f.yaml", "format: 1\ncatalogue: x\nitems:\n- id: a\n  wrong: 1\n", ["f.yaml:"]),
             ("g.xlsx", (w.folder / "a.xlsx").read_bytes()[:2000], ["壊れて"]),
             ("h.txt", "", ["空です"]),
             ("i.yaml", "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
                 f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n"
                 for i in range(8)), ["多すぎます"])]
    for name, content, words in cases:
        w.run("catalogue", "import", w.file(name, content), "--out", out).exits(1).complains(*words)
    w.run("catalogue", "import", w.folder / "a.xlsx", "--kind", "docx", "--out", out).exits(2)
    w.run("catalogue", "import", w.folder / "a.xlsx").exits(2).complains("--out")
    need(not out.exists() or not list(out.iterdir()), "a refused file left something behind")


# --- forms --------------------------------------------------------------------------------

FODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles><style:style style:name="box" style:family="table-cell">
<style:table-cell-properties fo:border="0.5pt solid #000000" fo:background-color="#ffff99"/>
<style:text-properties fo:font-weight="bold"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet>
<table:content-validations><table:content-validation table:name="v1" table:base-cell-address="票.C5"
 table:condition="of:cell-content-is-in-list(&quot;はい&quot;;&quot;いいえ&quot;)"/></table:content-validations>
<table:table table:name="票"><table:table-column table:number-columns-repeated="6"/>
<table:table-row><table:table-cell table:number-columns-spanned="4" table:number-rows-spanned="1"
 office:value-type="string" table:style-name="box"><text:p>医療機関名:</text:p></table:table-cell>
<table:covered-table-cell table:number-columns-repeated="3"/></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>はいの数</text:p></table:table-cell>
<table:table-cell table:formula="of:=COUNTIF([.C5:.C9];&quot;はい&quot;)" office:value-type="float"
 office:value="0"><text:p>0</text:p></table:table-cell></table:table-row>
<table:table-row/><table:table-row><table:table-cell office:value-type="string"><text:p>番号</text:p>
</table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="5"><table:table-cell table:style-name="box"
 table:number-columns-repeated="2"/><table:table-cell table:style-name="box"
 table:content-validation-name="v1"/><table:table-cell table:style-name="box"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document>
"""

MAP = f"""format: 1
form: 試験の様式
catalogue: {CHECKLIST}
sheet: 票
answers: {{na: 対象外です}}
dates: ggge年m月d日
cells:
  - {{part: organisation, cell: A1}}
  - {{item: "2-①", cell: F5, when: yes, mark: ☑, else: □}}
  - {{item: "2-②", cell: F6, when: [yes], mark: ☑, else: □}}
rows:
  - items: ["2-①", "2-②", "2-③"]
    first: 5
    most: 5
    columns:
      - {{at: A, part: number}}
      - {{at: B, part: topic}}
      - {{at: C, part: answer}}
      - {{at: D, part: target}}
"""


def convert(w, path, to):
    office = shutil.which("soffice")
    if not office:
        raise Skip("LibreOffice is missing (tools/packages check)")
    subprocess.run([office, f"-env:UserInstallation=file://{w.folder}/office", "--headless",
                    "--convert-to", to, "--outdir", w.folder, path], check=True, timeout=180,
                   capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(w.folder)})


def office_form(w):
    """A form with styles, merged cells, a validation and a formula, made by LibreOffice."""
    convert(w, w.file("form.fods", FODS), "xlsx")
    return w.folder / "form.xlsx"


def answered(w):
    data = sample_round(w)
    answer(w, data, "2-①", "yes")
    answer(w, data, "2-②", "no", "--target", "2027-02-01" if this_year_end() >= "2027-02-01"
           else this_year_end(), "--note", "入れ替える")
    answer(w, data, "2-③", "na", "--note", "ない")
    answer(w, data, "1-①", "yes")
    return data


@scenario
def a_form_is_filled_in_and_else_as_it_was(w):
    form, data = office_form(w), answered(w)
    before, out = form.read_bytes(), w.folder / "out.xlsx"
    done = w.run("round", "fill", data, "--round", "1", "--form", form, "--map",
                 w.file("map.yaml", MAP), "--out", out).exits(0)
    need("1-①" in done.err, "an answer without a cell is named")
    need(form.read_bytes() == before, "the form itself is not touched")
    a, b = zipfile.ZipFile(form), zipfile.ZipFile(out)
    need(a.namelist() == b.namelist(), "the same parts in the same order")
    changed = [n for n in a.namelist() if a.read(n) != b.read(n)]
    need(set(changed) <= {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}, changed)
    old, new = (z.read("xl/worksheets/sheet1.xml").decode() for z in (a, b))
    for part, end in (("<mergeCells", "</mergeCells>"), ("<dataValidations", "</dataValidations>"),
                      ("<f ", "</f>"), ("<cols", "</cols>")):
        cut = lambda s: s[s.index(part):s.index(end)] if part in s else ""
        need(cut(old) == cut(new) and (part in old or part == "<cols"), part)
    styles = lambda s: re.findall(r'<c r="([A-D][1-9])" s="(\d+)"', s)
    need(styles(old) == styles(new), "cells keep their look")
    # LibreOffice opens it, shows the values and computes the formula.
    convert(w, out, "csv:Text - txt - csv (StarCalc):44,34,76")
    rows = list(csv.reader(io.StringIO(next(w.folder.glob("out*.csv")).read_text())))
    need(rows[0][0] == w.run("round", "show", data, "--round", "1", "--format", "oscal-ar").json()
         ["assessment-results"]["metadata"]["parties"][0]["name"], rows)
    need(rows[1][1] == "1", f"the formula counts what was filled in: {rows}")
    need(rows[4][0] == "①" and rows[4][2] == "はい" and rows[4][5] == "☑", rows)
    need(rows[5][2] == "いいえ" and rows[5][3].startswith("令和") and rows[5][5] == "□", rows)
    need(rows[6][2] == "対象外です", rows)


@scenario
def a_form_of_our_own_making_is_filled_in(w):
    data, form, out = answered(w), w.folder / "own.xlsx", w.folder / "out.xlsx"
    w.run("catalogue", "show", CHECKLIST, "--format", "xlsx", "--out", form).exits(0)
    text = MAP[:MAP.index("cells:")].replace("sheet: 票", "sheet: 項目") + """rows:
  - {section: "2", column: general, first: 100, step: 2, columns: [{at: ZZ, part: item}, {at: AB, part: answer}]}
"""
    w.run("round", "fill", data, "--round", "1", "--form", form, "--map", w.file("m.yaml", text),
          "--out", out).exits(0)
    sheet = zipfile.ZipFile(out).read("xl/worksheets/sheet2.xml").decode()
    need('<c r="ZZ100"' in sheet and '<row r="102">' in sheet and "2-①" in sheet, sheet[-800:])


@scenario
def wrong_maps_and_forms_are_refused_with_their_place(w):
    form, data = office_form(w), answered(w)
    out = w.folder / "out.xlsx"
    cases = [(MAP.replace("cell: A1", "cell: 1A"), ["セルの名前", ":8:"]),
             (MAP.replace('"2-③"', '"9-⑨"'), ["9-⑨"]),
             (MAP.replace("most: 5", "most: 2"), ["行が足りません"]),
             (MAP.replace("part: organisation", "part: nothing"), ["nothing"]),
             (MAP.replace(CHECKLIST, "mhlw-checklist-r6-hospital"), ["mhlw-checklist-r6-hospital"]),
             (MAP.replace("sheet: 票", "sheet: 別"), ["別"]),
             (MAP.replace("cell: F5", "cell: B2"), ["票!B2", "数式"]),
             (MAP.replace("cell: F5", "cell: B1"), ["票!B1", "結合"]),
             (MAP.replace("cell: F5", "cell: C5"), ["票!C5", "2回"]),
             (MAP.replace("format: 1", "format: 1\nextra: 1"), ["extra"]),
             ("format: 1\n- x", ["YAML"])]
    for text, words in cases:
        w.run("round", "fill", data, "--round", "1", "--form", form, "--map", w.file("m.yaml", text),
              "--out", out).exits(1).complains(*words)
    w.run("round", "fill", data, "--round", "1", "--form", w.file("x.xlsx", b"PK\3\4no"), "--map",
          w.file("m.yaml", MAP), "--out", out).exits(1).complains("Excel")
    w.run("round", "fill", data, "--round", "1", "--form", form).exits(2).complains("--map")
    need(not out.exists(), "nothing was written")


@scenario
def the_page_of_a_round_fills_forms_and_keeps_them(w):
    data, form = answered(w), w.folder / "own.xlsx"
    w.run("catalogue", "show", CHECKLIST, "--format", "xlsx", "--out", form).exits(0)
    for login, role in (("form-planner", "planner"), ("form-auditor", "auditor"),
                        ("form-staff", "staff")):
        w.user(data, login, role)
    text = f"""format: 1
form: 写しの様式
catalogue: {CHECKLIST}
sheet: 項目
cells: [{{item: "2-①", cell: ZZ100}}, {{part: organisation, cell: ZZ101}}]
"""
    files = lambda a, b, t=text: {a: ("様式.xlsx", form.read_bytes()), b: ("対応.yaml", t.encode())}
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("form-planner")
        rounds = b.get("/rounds")
        path = next(l for l in rounds.links if re.fullmatch(r"/round/[0-9a-z]{26}", l))
        need(any(l.endswith("/form") for l in b.get(path).links), "the round offers it")
        page = b.get(path + "/form")
        made = b.upload_all(page, "/form", files("form", "map"))
        need(made.status == 200 and made.body[:2] == b"PK", made.text[:300])
        sheet = zipfile.ZipFile(io.BytesIO(made.body)).read("xl/worksheets/sheet2.xml").decode()
        need("はい" in sheet[sheet.index('r="ZZ100"'):], "filled in")
        bad = b.upload_all(page, "/form", files("form", "map", text.replace("2-①", "9-⑨")))
        need(bad.status == 422 and "9-⑨" in bad.text and "対応.yaml" in bad.text, bad.text[:600])
        before = digest(data / "files")
        bad = b.upload_all(page, "/forms", files("new-form", "new-map", "x: 1"), title="")
        need(bad.status == 422 and digest(data / "files") == before, "a bad pair is not kept")
        named = b.upload_all(page, "/forms", files("new-form", "new-map"), title="県への報告")
        need(named.status == 200 and "県への報告" in named.text, named.text[:800])
        page = b.submit(named, "/drop")
        kept = b.upload_all(page, "/forms", files("new-form", "new-map"), title="")
        need(kept.status == 200 and "写しの様式" in kept.text and "登録をやめる" in kept.text,
             kept.text[:800])
        need("1-①" in kept.text, "answers without a cell are named")
        link = next(l for l in kept.links if l.endswith("/file"))
        again = b.get(link)
        need(again.body == made.body, "the kept pair makes the same file")
        other = Browser(server.port)
        other.sign_in("form-auditor")
        seen = other.get(path + "/form")
        need("写しの様式" in seen.text and not any(f["action"].endswith("/drop") for f in seen.forms),
             "an auditor takes it, and drops nothing")
        need(other.get(link).status == 200, "an auditor takes it")
        staff = Browser(server.port)
        staff.sign_in("form-staff")
        need(staff.get(link).status in (403, 404), "staff do not")
        gone = b.submit(kept, "/drop")
        need("写しの様式" not in gone.text.split("様式を選んで書く")[0], gone.text[:600])
        need(b.get(link).status == 404, "dropped")
    w.run("verify", data).exits(0)


if __name__ == "__main__":
    main()
