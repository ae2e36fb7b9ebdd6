#!/usr/bin/env python3
"""People from a real slapd on loopback, over TLS. usage: slapd.py PROGRAM [WORD]"""
import base64, os, shutil, socket, subprocess, time

from harness import Browser, Server, Skip, entries, fact_count, main, need, scenario

SLAPD = shutil.which("slapd") or ("/usr/sbin/slapd" if os.path.exists("/usr/sbin/slapd") else None)
BASE, READER, SECRET = "dc=mihon,dc=example", "cn=reader,dc=mihon,dc=example", "Yomidake-2026"
# Active Directory's attributes, which OpenLDAP's own schema lacks.
SCHEMA = """
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.159 NAME 'accountExpires' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.141 NAME 'department' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9.1 NAME 'mihonUser' SUP top AUXILIARY
  MAY ( sAMAccountName $ userAccountControl $ accountExpires $ department ) )
"""
PEOPLE = 1200
AD = "login=sAMAccountName,department=department,state=userAccountControl,expires=accountExpires"


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


def authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def certificate(folder, ca):
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=directory", "-keyout", "server.key", "-out", "server.csr")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
            "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def person(i, **more):
    fields = {"cn": f"Mihon {i}", "sn": "Mihon", "displayName": f"見本 {i}号",
              "employeeNumber": f"{7000 + i}", "sAMAccountName": f"ad{7000 + i}",
              "department": "3階東病棟" if i % 2 else "外来", "title": "主任", "userAccountControl": "512",
              "accountExpires": "9223372036854775807", "mail": f"ad{i}@hospital.example.jp", **more}
    lines = [f"dn: uid=ad{7000 + i},ou=people,{BASE}", "objectClass: inetOrgPerson",
             "objectClass: mihonUser", f"uid: ad{7000 + i}"]
    return "\n".join(lines + [f"{k}: {v}" for k, v in fields.items() if v is not None]) + "\n\n"


HEAD = (f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: mihon\ndc: mihon\n\n"
        f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n"
        f"dn: {READER}\nobjectClass: person\ncn: reader\nsn: reader\nuserPassword: {SECRET}\n\n")


class Directory:
    """A slapd of our own: throw-away certificates, a limit of 1000 entries unless paged."""
    def __init__(self, w, people):
        if not SLAPD:
            raise Skip("slapd is not installed (tools/packages.txt)")
        self.folder = w.folder / "slapd"
        (self.folder / "db").mkdir(parents=True)
        authority(self.folder, "ca")
        authority(self.folder, "other")
        certificate(self.folder, "ca")
        self.tls, self.plain = free_port(), free_port()
        (self.folder / "mihon.schema").write_text(SCHEMA)
        schemas = "".join(f"include /etc/ldap/schema/{n}.schema\n"
                          for n in ("core", "cosine", "inetorgperson"))
        (self.folder / "slapd.conf").write_text(
            f"{schemas}include {self.folder}/mihon.schema\n"
            "modulepath /usr/lib/ldap\nmoduleload back_mdb\n"
            f"TLSCertificateFile {self.folder}/server.pem\n"
            f"TLSCertificateKeyFile {self.folder}/server.key\n"
            f"pidfile {self.folder}/pid\nargsfile {self.folder}/args\n"
            "sizelimit size.soft=1000 size.hard=1000 size.prtotal=unlimited\n"
            f"database mdb\nsuffix {BASE}\nrootdn cn=root,{BASE}\nrootpw root\n"
            f"directory {self.folder}/db\nmaxsize 268435456\n"
            "access to attrs=userPassword by anonymous auth by * none\n"
            f"access to * by dn.exact=\"{READER}\" read by * none\n")
        self.add(HEAD + people)
        self.start()

    def add(self, ldif):
        (self.folder / "load.ldif").write_text(ldif)
        done = subprocess.run([shutil.which("slapadd") or "/usr/sbin/slapadd", "-q", "-f",
                               "slapd.conf", "-l", "load.ldif"], cwd=self.folder,
                              capture_output=True)
        need(done.returncode == 0, done.stderr.decode())

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [SLAPD, "-d", "0", "-f", "slapd.conf", "-h",
             f"ldaps://127.0.0.1:{self.tls}/ ldaps://127.0.0.2:{self.tls}/ "
             f"ldap://127.0.0.1:{self.plain}/"],
            cwd=self.folder, stdout=self.log, stderr=self.log)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.plain), 1).close()
                return
            except OSError:
                need(self.process.poll() is None, (self.folder / "log").read_text())
                time.sleep(0.05)
        raise AssertionError("slapd does not answer")

    def modify(self, ldif):
        done = subprocess.run(["ldapmodify", "-x", "-H", f"ldap://127.0.0.1:{self.plain}", "-D",
                               f"cn=root,{BASE}", "-w", "root"], input=ldif.encode(),
                              capture_output=True)
        need(done.returncode == 0, done.stderr.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def point(w, data, d, url=None, ca="ca", *more):
    w.run("people", "directory", data, "--url", url or f"ldaps://127.0.0.1:{d.tls}", "--kind",
          "openldap", "--ca", d.folder / f"{ca}.pem", "--bind-dn", READER, "--secret-stdin", "--base",
          f"ou=people,{BASE}", "--attr", AD, *more, stdin=SECRET.encode() + b"\n").exits(0)


@scenario
def more_than_a_thousand_people_come_in_pages(w):
    with Directory(w, "".join(person(i) for i in range(PEOPLE))) as d:
        data = w.init()
        point(w, data, d)
        report = w.run("people", "ldap", data, "--dry-run", "--format", "json").exits(0).json()
        need(report["totals"]["new"] == PEOPLE, report["totals"])
        need(entries(w.export(data, "staff")) == [], "a dry run wrote")
        w.run("people", "ldap", data).exits(0)
        w.user(data, "ad7001", "staff", "見本 1号", "--staff", "見本 1号")
        w.user(data, "ad7002", "staff", "見本 2号", "--staff", "見本 2号")
        report = w.run("people", "ldap", data, "--format", "json").exits(0).json()
        need(report["totals"]["unchanged"] == PEOPLE, report["totals"])
        for p in w.run("people", "proposals", data, "--format", "json").exits(0).json():
            w.run("people", "confirm", data, p["id"]).exits(0)
        # One is stopped there, one is not there any more, one is elsewhere, one has run out.
        d.modify(f"dn: uid=ad7001,ou=people,{BASE}\nchangetype: modify\n"
                 "replace: userAccountControl\nuserAccountControl: 514\n\n"
                 f"dn: uid=ad7002,ou=people,{BASE}\nchangetype: delete\n\n"
                 f"dn: uid=ad7003,ou=people,{BASE}\nchangetype: modify\n"
                 "replace: department\ndepartment: 地域連携室\n\n"
                 f"dn: uid=ad7004,ou=people,{BASE}\nchangetype: modify\n"
                 "replace: accountExpires\naccountExpires: 132223104000000000\n\n")
        report = w.run("people", "ldap", data, "--format", "json").exits(0).json()
        kinds = {r["staff_no"]: r["status"] for r in report["rows"] if r["status"] != "unchanged"}
        need(kinds == {"7001": "changed", "7002": "missing", "7003": "transfer", "7004": "changed"},
             kinds)
        acts = {p["login"]: p for p in w.run("people", "proposals", data, "--format", "json").json()
                if p["status"] == "open"}
        need({k: v["kind"] for k, v in acts.items()} == {"ad7001": "suspend", "ad7002": "leave"},
             acts)
        for p in acts.values():
            w.run("people", "confirm", data, p["id"]).exits(0)
        listed = {a["login"]: a["disabled"] for a in
                  w.run("user", "list", data, "--format", "json").json()}
        need(listed["ad7001"] and listed["ad7002"], listed)
        w.run("verify", data).exits(0)
        for path in data.glob("daicho.db*"):
            need(SECRET.encode() not in path.read_bytes(), f"the password stands in {path}")


@scenario
def only_a_checked_certificate_is_believed(w):
    refused = "証明書を確かめられません"
    with Directory(w, person(1) + person(2)) as d:
        data = w.init()
        for url in (f"ldaps://127.0.0.1:{d.tls}", f"ldap://127.0.0.1:{d.plain}"):
            point(w, data, d, url)
            need("入職 2人" in w.run("people", "ldap", data, "--dry-run").exits(0).out, url)
            point(w, data, d, url, "other")
            leaves = fact_count(data)
            w.run("people", "ldap", data).exits(1, 3).complains(refused)
            need(fact_count(data) == leaves, "something was written")
        # What the environment of this machine says does not weaken it.
        os.environ["LDAPTLS_REQCERT"] = "never"
        try:
            w.run("people", "ldap", data).exits(1, 3).complains(refused)
        finally:
            del os.environ["LDAPTLS_REQCERT"]
        # The right authority, but another name than the certificate's.
        point(w, data, d, f"ldaps://127.0.0.2:{d.tls}")
        w.run("people", "ldap", data).exits(1, 3).complains(refused)


@scenario
def what_is_wrong_is_said_in_plain_words(w):
    with Directory(w, person(1)) as d:
        data = w.init()
        w.run("people", "ldap", data).exits(1).complains("宛先がまだ決まっていません")
        w.run("people", "directory", data, "--url", "http://x", "--kind", "ad", "--base", BASE) \
            .exits(1).complains("サーバーの宛先")
        point(w, data, d)
        w.run("people", "directory", data, "--secret-stdin", stdin=b"chigau\n").exits(0)
        w.run("people", "ldap", data).exits(1, 3).complains("パスワードが違います")
        point(w, data, d, None, "ca", "--filter", "(uid=nobody)")
        w.run("people", "ldap", data).exits(1).complains("1人も見つかりません")
        w.run("people", "directory", data, "--filter", "", "--base", "ou=none," + BASE).exits(0)
        w.run("people", "ldap", data).exits(1, 3).complains("ベースDN")
        point(w, data, d, f"ldaps://127.0.0.1:{free_port()}")
        w.run("people", "ldap", data).exits(1, 3).complains("つながりません")


@scenario
def hostile_values_are_left_out(w):
    coded = lambda text: ": " + base64.b64encode(text.encode()).decode()
    odd = (person(1, title="A" * 900) + person(2, mail="=cmd|' /C calc'!A0") +
           person(3, department=None, employeeNumber=None) +
           person(4).replace("department: 外来", "department:" + coded("外来\u202e\u0007逆")))
    with Directory(w, odd) as d:
        data = w.init()
        point(w, data, d)
        done = w.run("people", "ldap", data, "--format", "json").exits(0)
        need(done.json()["totals"]["new"] == 4 and "空欄" in done.err, done.err)
        got = {e["fields"]["login"]: e["fields"] for e in entries(w.export(data, "staff"))}
        need(not got["ad7001"].get("rank") and not got["ad7002"].get("email"), got)
        need(not got["ad7004"].get("department"), got["ad7004"])
        need(got["ad7003"]["staff_no"] == "ad7003", "without a number the login tells apart")


@scenario
def the_page_tries_the_connection_and_shows_no_password(w):
    with Directory(w, person(1) + person(2)) as d:
        data = w.init()
        w.user(data, "kanri", "planner")
        w.user(data, "unyo", "operator", "見本 次郎")
        point(w, data, d)
        with Server(w, data) as server:
            b = Browser(server.port)
            b.sign_in("kanri")
            page = b.get("/people/directory")
            need(SECRET not in page.body.decode(), "the password is shown")
            tried = b.submit(page, "/people/directory/test")
            need("2人が見つかりました" in tried.text and "見本 1号" in tried.text, tried.text[:600])
            saved = b.submit(page, "/people/directory", filter="(uid=ad7001)")
            need(saved.status == 200, saved.text[:300])
            tried = b.submit(saved, "/people/directory/test")
            need("1人が見つかりました" in tried.text, tried.text[:600])
            plan = b.submit(b.get("/people"), "/people/ldap")
            need("名簿との照合の結果" in plan.text and "入職 1人" in plan.text, plan.text[:600])
            operator = Browser(server.port)
            operator.sign_in("unyo")
            need(operator.get("/people/directory").status == 403, "for the planner only")
            for x in (b, operator):
                x.close()


if __name__ == "__main__":
    main()
