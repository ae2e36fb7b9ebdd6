"""A hospital of made-up people, as its personnel list and as three exports of its directory."""
import base64, csv, datetime, io

SURNAMES = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本 阿部".split()
GIVEN = "美咲 健太 花子 太郎 陽子 翔 結衣 大輔 さくら 誠 直美 拓也 恵 学 由美 浩 愛 剛 舞 亮 香織 進 瞳 勇 葵".split()
DEPARTMENTS = ["3階東病棟", "外来", "薬剤部", "放射線科", "医事課", "検査科"]
TODAY = datetime.date.today()
LEAVERS = 20


class Person:
    def __init__(self, i):
        self.number = f"{i + 1001:05d}"
        self.name = f"{SURNAMES[i % 25]} {GIVEN[i // 25 % 25]}"
        self.login = f"user{i + 1:04d}"
        self.mail = f"{self.login}@hospital.example.jp"
        self.department = DEPARTMENTS[i % len(DEPARTMENTS)]
        self.left = TODAY - datetime.timedelta(30 + i) if i % 25 == 7 and i < 500 else None
        self.last = datetime.datetime.combine(TODAY - datetime.timedelta(3 + i % 20), datetime.time(12, 34, 56))
        self.admin = i in (3, 4)


def people(count=500):
    return [Person(i) for i in range(count)]


def personnel_list(all_of_them):
    out = io.StringIO()
    w = csv.writer(out)
    w.writerow(["職員番号", "氏名", "所属", "入職日", "退職日", "メールアドレス"])
    for p in all_of_them:
        w.writerow([p.number, p.name, p.department, "2020-04-01", p.left or "", p.mail])
    return out.getvalue().encode("cp932")


def _filetime(jst):
    utc = jst - datetime.timedelta(hours=9)
    return int((utc - datetime.datetime(1601, 1, 1)).total_seconds()) * 10_000_000


def _dn(p):
    return f"CN={p.name.replace(' ', chr(92) + ', ')},OU={p.department},DC=hospital,DC=example,DC=jp"


def _groups(p):
    return ["CN=Domain Admins,CN=Users,DC=hospital,DC=example,DC=jp"] if p.admin else []


def csvde(all_of_them):
    """csvde -f: commas, UTF-8, lists joined by semicolons; a group and a computer among them."""
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\r\n")
    w.writerow("DN objectClass sAMAccountName displayName employeeID mail department userAccountControl "
               "lastLogonTimestamp whenCreated accountExpires memberOf".split())
    w.writerow(["CN=Staff,DC=hospital,DC=example,DC=jp", "group", "Staff", "", "", "", "", "", "", "", "", ""])
    w.writerow(["CN=PC-1,DC=hospital,DC=example,DC=jp", "computer", "PC-1$", "", "", "", "", "4096", "", "", "", ""])
    for p in all_of_them:
        w.writerow([_dn(p), "user", p.login, p.name, p.number, p.mail, p.department, 512, _filetime(p.last),
                    "20200401000000.0Z", 9223372036854775807, ";".join(_groups(p))])
    return out.getvalue().encode()


def get_aduser(all_of_them):
    """Get-ADUser | Export-Csv -Encoding Unicode of Windows in Japanese: #TYPE line, UTF-16LE."""
    out = io.StringIO()
    out.write("#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n")
    w = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    w.writerow("DistinguishedName Enabled SamAccountName DisplayName EmployeeID EmailAddress Department "
               "LastLogonDate whenCreated AccountExpirationDate MemberOf".split())
    for p in all_of_them:
        w.writerow([_dn(p), "True", p.login, p.name, p.number, p.mail, p.department,
                    f"{p.last.year}/{p.last.month:02d}/{p.last.day:02d} 12:34:56", "2020/04/01 9:00:00", "",
                    "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"])
    return b"\xff\xfe" + out.getvalue().encode("utf-16-le")


def _ldif_value(name, value):
    if all(32 <= ord(c) < 127 for c in value) and value[:1] not in (" ", ":", "<"):
        line = f"{name}: {value}"
    else:
        line = f"{name}:: {base64.b64encode(value.encode()).decode()}"
    return "\n ".join([line[:76]] + [line[i:i + 75] for i in range(76, len(line), 75)])


def ldif(all_of_them):
    """ldifde or ldapsearch: folded lines, base64 for Japanese, binary values, other objects."""
    parts = ["version: 1", ""]
    parts += ["dn: OU=Wards,DC=hospital,DC=example,DC=jp", "objectClass: top", "objectClass: organizationalUnit", ""]
    for p in all_of_them:
        parts.append(_ldif_value("dn", _dn(p)))
        parts += [f"objectClass: {c}" for c in ("top", "person", "organizationalPerson", "user")]
        for name, value in (("sAMAccountName", p.login), ("displayName", p.name), ("employeeID", p.number),
                            ("mail", p.mail), ("department", p.department), ("userAccountControl", "512"),
                            ("lastLogonTimestamp", str(_filetime(p.last))), ("whenCreated", "20200401000000.0Z"),
                            ("accountExpires", "0")):
            parts.append(_ldif_value(name, value))
        parts += [_ldif_value("memberOf", g) for g in _groups(p)]
        parts += ["objectGUID:: AP8BAgMEBQYHCAkKCwwNDg==", ""]
    return "\n".join(parts).encode()
