"""The hospital of the scenarios: files as a hospital keeps them, and a folder filled from them."""
import functools, pathlib, secrets, shutil, tempfile, zipfile
from xml.sax.saxutils import escape

# An own list with own column names: nothing here was seen by who wrote the definitions.
DEVICE_LIST = """見本病院　院内の機械いろいろ,,,,,,,
令和8年10月現在　事務　髙橋,,,,,,,
備品番号,機械の名前かな漢字,機器名称,設置フロア,取得年月日,リース残高（千円）,ＩＰアドレス,備考
X-001,ウケツケ1,受付パソコン①,1階受付,令和5年4月1日,120,192.0.2.101,㈱見本から購入
X-002,ウケツケ2,受付パソコン②,1階受付,2023/4/1,120,１９２．０．２．１０２,
X-003,ナースS,病棟ノート﨑,3階病棟,H30.10.1,0,,~持ち出し禁止
,,,,,,,
,,,,,,,
"""
DEVICES = 3
NEW_COLUMNS = ("機械の名前かな漢字", "リース残高（千円）")


def device_list(text=DEVICE_LIST):
    return text.replace("\n", "\r\n").encode("cp932")


def with_bad_rows():
    """The same list with a date that is none in row 5, an address in row 6 that is none."""
    return device_list(DEVICE_LIST.replace("2023/4/1", "2023/13/41")
                       .replace("H30.10.1,0,", "H30.10.1,0,999.1.1.1"))


def build(world, name="data"):
    """A folder with people, devices, vendors and an opened, half answered round."""
    data = world.init(name)
    for login, role in (("kanri", "planner"), ("unyo", "operator"), ("incho", "executive")):
        world.user(data, login, role)
    devices = world.file("devices.csv", device_list())
    world.run("import", data, "devices", devices).exits(0)
    vendors = world.file("vendors.csv", "会社名,契約の有無\r\n例示医療機器株式会社,はい\r\n")
    world.run("import", data, "vendors", vendors).exits(0)
    world.run("round", "open", data, "mhlw-checklist-r6-hospital", "--year", "2026",
              "--as", "kanri").exits(0)
    world.run("round", "answer", data, "--round", "1", "--item", "2-(1)", "--value", "yes",
              "--confirmed", "2026-10-02", "--note", "棚卸し済み", "--as", "kanri").exits(0)
    return data


@functools.lru_cache(maxsize=1)
def _template(program):
    folder = tempfile.TemporaryDirectory(prefix="daicho-scenario-base-")
    from harness import World
    return folder, build(World(program, folder.name))


def hospital(world, name="data"):
    """A copy of one folder that is built once for the whole run."""
    to = world.folder / name
    shutil.copytree(_template(world.program)[1], to)
    return to


def form_key():
    """An idempotency key as a form carries it."""
    return "".join(secrets.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(26))


# --- XLSX by hand, good and bad ---------------------------------------------------

TYPES = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
         'types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
         '"/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml'
         '.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
         'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>')
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _relations(kind, target):
    return (f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
            f'Type="{RELATION}/{kind}" Target="{target}"/></Relationships>')


def xlsx(path, rows, head="", filler=0):
    """Writes rows of text; `head` goes before the sheet's root, `filler` adds so many blanks."""
    cells = "".join('<row r="%d">%s</row>' % (
        i, "".join(f'<c t="inlineStr"><is><t>{escape(v)}</t></is></c>' for v in row))
        for i, row in enumerate(rows, 1))
    sheet = (f'<?xml version="1.0"?>{head}<worksheet xmlns="{MAIN}"><sheetData>{cells}'
             f'{" " * filler}</sheetData></worksheet>')
    book = (f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets><sheet '
            f'name="機器" sheetId="1" r:id="rId1"/></sheets></workbook>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", TYPES)
        z.writestr("_rels/.rels", _relations("officeDocument", "xl/workbook.xml"))
        z.writestr("xl/workbook.xml", book)
        z.writestr("xl/_rels/workbook.xml.rels", _relations("worksheet", "worksheets/sheet1.xml"))
        z.writestr("xl/worksheets/sheet1.xml", sheet)
    return pathlib.Path(path)
