"""Access logs come in: syslog over TLS with certificates of the house, over TCP and UDP."""
import pathlib, re, socket, ssl, subprocess, sys, time
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import ORG, Server, main, need, scenario

ATNA = ('<85>1 2026-11-30T05:00:00Z emr01 EMR 1 IHE+RFC-3881 - <AuditMessage>'
        '<EventIdentification EventActionCode="R" EventDateTime="2026-11-30T05:00:{s:02d}Z" '
        'EventOutcomeIndicator="0"><EventID csd-code="110110" codeSystemName="DCM" '
        'originalText="Patient Record"/></EventIdentification><ActiveParticipant UserID="u{u}" '
        'UserIsRequestor="true" NetworkAccessPointID="192.0.2.77" NetworkAccessPointTypeCode="2"/>'
        '<AuditSourceIdentification AuditSourceID="EMR1"/><ParticipantObjectIdentification '
        'ParticipantObjectID="{p}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">'
        '<ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" '
        'originalText="Patient Number"/><ParticipantObjectDetail type="n" value="{n}"/>'
        '</ParticipantObjectIdentification></AuditMessage>')


def message(n, patient):
    return ATNA.format(s=n % 60, u=n % 7, p=patient, n=n).encode()


def counted(messages):
    return b"".join(b"%d %s" % (len(m), m) for m in messages)


def serve(world, data, *ways):
    options = [part for way in ways for part in (f"--syslog-{way}", "127.0.0.1:0")]
    server = Server(world, data, options=options)
    ports = {}
    while len(ports) < len(ways):
        line = server.process.stdout.readline().decode()
        need(line, f"no port of syslog is said: {server.text()[-2000:]}")
        found = re.search(r"syslog-(\w+) .*ポート (\d+)", line)
        if found:
            ports[found[1]] = int(found[2])
    return server, ports


def certificate(world, data, name):
    key, csr, cert = (world.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", key, "-out", csr, "-subj", "/CN=whatever"],
                   check=True, capture_output=True)
    world.run("tls", "issue", data, "machine", name, "--csr", csr, "--out", cert).exits(0)
    return cert, key


def asked(world, data, patient):
    return world.run("trail", "query", data, "--patient", patient, "--from", "2026-11-30", "--to",
                     "2026-11-30", "--limit", "5000", "--format", "json").exits(0).json()


@scenario
def messages_over_tls_are_there_once_with_their_patient(world):
    data = world.init()
    world.run("tls", "init", data, "localhost", "127.0.0.1", "--org", ORG).exits(0)
    cert, key = certificate(world, data, "emr-1")
    server, ports = serve(world, data, "tls")
    trust = ssl.create_default_context(cafile=data / "tls" / "ca.pem")
    trust.load_cert_chain(cert, key)
    sent = [message(n, "00001234" if n % 4 == 0 else str(5000 + n)) for n in range(1000)]
    for _ in range(2):  # the second delivery is the same one
        with socket.create_connection(("127.0.0.1", ports["tls"])) as plain, \
                trust.wrap_socket(plain, server_hostname="localhost") as tls:
            tls.sendall(counted(sent))
            tls.unwrap()
    # who shows no certificate is not heard
    stranger = ssl.create_default_context(cafile=data / "tls" / "ca.pem")
    try:
        with socket.create_connection(("127.0.0.1", ports["tls"])) as plain, \
                stranger.wrap_socket(plain, server_hostname="localhost") as tls:
            tls.sendall(counted([message(1, "1234")]))
            tls.recv(1)
    except OSError:
        pass
    server.stop()
    answer = asked(world, data, "1234")
    need(answer["total"] == 250, f"{answer['total']} of 250 accesses of the patient")
    world.run("verify", data).exits(0)


@scenario
def without_an_option_nothing_listens_and_a_wrong_place_is_said(world):
    data = world.init()
    server, ports = serve(world, data)
    need(ports == {}, ports)
    server.stop()
    world.run("serve", data, "--listen", "127.0.0.1:0", "--syslog-tcp", "somewhere").exits(2).complains("--syslog-tcp")


@scenario
def tcp_and_udp_are_heard_and_the_server_stops_with_all_of_it(world):
    data = world.init()
    server, ports = serve(world, data, "tcp", "udp")
    with socket.create_connection(("127.0.0.1", ports["tcp"])) as tcp, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for n in range(500):
            tcp.sendall(message(n, "77") + b"\n")
        udp.sendto(message(9999, "78"), ("127.0.0.1", ports["udp"]))
    server.stop()
    need(asked(world, data, "77")["total"] == 500, "TCP")
    need(asked(world, data, "78")["total"] == 1, "UDP")


main()
