"""Those who hold anchors, played on this machine: a time-stamp authority made of openssl behind a
small HTTP server, a mail server with STARTTLS and passwords, a witness of daicho's own."""
import http.server, pathlib, re, signal, socket, ssl, subprocess, sys, threading

from harness import Skip, need

TSA_CONFIG = """
[tsa]
default_tsa = t
[t]
dir = .
serial = {d}/serial
crypto_device = builtin
signer_cert = {d}/tsa.pem
certs = {d}/ca.pem
signer_key = {d}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
"""


def openssl(*args, **options):
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, **options)
    need(done.returncode == 0, f"openssl {args}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def authority(folder, name="CA"):
    """A certificate authority of its own; returns (certificate, key)."""
    folder.mkdir(exist_ok=True)
    cert, key = folder / "ca.pem", folder / "ca.key"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", cert, "-subj", f"/CN={name}", "-days", "30")
    return cert, key


def leaf(folder, name, usage, ca, subject=None, mask="utf8only"):
    """`mask` is openssl's string_mask: in which alphabets the name may be written."""
    cert, key, request = (folder / f"{name}{end}" for end in (".pem", ".key", ".csr"))
    extra = folder / f"{name}.ext"
    extra.write_text(f"subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage={usage}\n")
    config = folder / f"{name}.cnf"
    config.write_text(f"[req]\nstring_mask = {mask}\ndistinguished_name = dn\n[dn]\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            key, "-out", request, "-utf8", "-config", config, "-subj", f"/CN={subject or name}")
    openssl("x509", "-req", "-in", request, "-CA", ca[0], "-CAkey", ca[1], "-CAcreateserial", "-out",
            cert, "-days", "20", "-extfile", extra)
    return cert, key


class Authority:
    """A time-stamp authority. `spoil` changes its replies."""
    def __init__(self, folder, name="tsa", mask="utf8only"):
        self.folder, self.asked, self.spoil = pathlib.Path(folder), 0, lambda reply: reply
        self.ca = authority(self.folder, "時刻認証局の親")
        leaf(self.folder, "tsa", "critical,timeStamping", self.ca, name, mask)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(TSA_CONFIG.format(d=self.folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tsr"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply(self, query):
        self.asked += 1
        path = self.folder / f"query{self.asked}"
        path.write_bytes(query)
        return openssl("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", path)

    def _handler(authority):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                need(self.headers["Content-Type"] == "application/timestamp-query", "content type")
                reply = authority.spoil(authority.reply(query))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args):
                pass
        return Handler

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Witness:
    """daicho witness serve."""
    def __init__(self, world, name="witness", *options):
        self.folder = world.folder / name
        self.log = open(world.folder / f"{name}.log", "ab")
        self.process = subprocess.Popen(
            [world.program, "witness", "serve", str(self.folder), "--listen", "127.0.0.1:0",
             "--name", f"{name}.example.jp", *options], stdout=subprocess.PIPE, stderr=self.log)
        first = self.process.stdout.readline().decode()
        port = re.search(r"https://localhost:(\d+)", first)
        need(port, f"the witness does not start: {first}")
        self.port = int(port[1])
        self.vkey = self.process.stdout.readline().decode().split(": ")[1].strip()
        self.url = f"https://localhost:{self.port}"
        self.ca = self.folder / "tls" / "cert.pem"

    @property
    def line(self):
        return f"{self.url} {self.vkey}"

    def stop(self, kill=False):
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
        self.log.close()


# The package of Debian, also where another Python than its own runs the tests.
if pathlib.Path("/usr/lib/python3/dist-packages").is_dir():
    sys.path.append("/usr/lib/python3/dist-packages")


class Mail:
    """aiosmtpd with STARTTLS and AUTH; keeps what it is given."""
    def __init__(self, folder, user="daicho", secret="himitsu-no-kagi"):
        try:
            from aiosmtpd.controller import Controller
            from aiosmtpd.smtp import AuthResult
        except ImportError:
            raise Skip("python3-aiosmtpd is not installed")
        self.messages, self.tried = [], []
        folder = pathlib.Path(folder)
        self.ca = authority(folder, "Mail CA")
        cert, key = leaf(folder, "mail", "serverAuth", self.ca)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        mail = self

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                mail.messages.append((envelope.rcpt_tos, envelope.content))
                return "250 OK"

        def check(server, session, envelope, mechanism, data):
            mail.tried.append(data.login)
            return AuthResult(success=(data.login, data.password) == (user.encode(), secret.encode()),
                              handled=False)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.controller = Controller(Handler(), hostname="127.0.0.1", port=self.port, tls_context=context,
                                     require_starttls=True, auth_required=True, authenticator=check)
        self.controller.start()
        self.url = f"smtp://localhost:{self.port}"

    def close(self):
        self.controller.stop()
