"""A web server that misbehaves in every way that a link checker meets, one way for each path."""

import datetime
import gzip
import ipaddress
import socketserver
import ssl
import time
from dataclasses import dataclass
from email.utils import format_datetime
from threading import Event, Thread
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


@dataclass
class Visit:
    method: str
    host: str
    path: str
    headers: dict
    start: float
    end: float = 0


class Handler(socketserver.StreamRequestHandler):
    timeout = 5

    def handle(self):
        method, self.path, _ = self.rfile.readline().decode().split(" ")
        lines = iter(lambda: self.rfile.readline().decode().strip(), "")
        self.sent_headers = dict(line.split(": ", 1) for line in lines)
        self.host = self.sent_headers["Host"].split(":")[0]
        visit = Visit(method, self.host, self.path, self.sent_headers, time.monotonic())
        self.server.seen.append(visit)
        try:
            self.answer(method)
        except OSError:
            pass  # whoever asked has gone
        finally:
            visit.end = time.monotonic()

    def times(self):
        """How often this was asked for before."""
        return sum(self.path == visit.path for visit in self.server.seen) - 1

    def say(self, status, *headers, body=b""):
        head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
        self.wfile.write("\r\n".join(head).encode("utf-8") + body)

    def answer(self, method):
        match self.path.strip("/").split("/"):
            case ["robots.txt"]:
                self.robots()
            case ["no-head"]:
                self.say(405 if method == "HEAD" else 200)
            case ["head-is-garbage"] if method == "HEAD":
                self.wfile.write(b"501? no\r\n\r\n")
            case ["head", number]:
                self.say(int(number) if method == "HEAD" else 200)
            case ["head-hangs"]:
                self.server.over.wait(3) if method == "HEAD" else self.say(200)
            case ["old"]:
                self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nWithout a length, until it hangs up.")
            case ["older"]:
                self.wfile.write(b"<title>A server of 1991 says nothing but this.</title>")
            case ["head-closes"] if method == "HEAD":
                self.wfile.write(OK)
            case ["head-closes"]:
                self.say(500)
            case ["status", number]:
                self.say(int(number))
            case ["empty"]:
                pass
            case ["garbage"]:
                self.wfile.write(bytes(range(256)) * 20)
            case ["header-flood"]:
                self.wfile.write(OK[:-2] + b"X-More: of the same\r\n" * 10_000)
            case ["never"]:
                self.server.over.wait(3)
            case ["drips", "headers"]:
                self.drip(b"HTTP/1.1 200 OK\r\nX-Long: ")
            case ["drips", "body"]:
                self.say(405) if method == "HEAD" else self.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
            case ["huge"]:
                self.say(405) if method == "HEAD" else self.pour()
            case ["charset"]:
                self.say(200, "Content-Type: text/html; charset=klingon-16", body=b"\xff\xfe\x00\xd8" * 100)
            case ["loop"]:
                self.say(302, "Location: /loop")
            case ["loop", a, b]:
                self.say(301, f"Location: /loop/{b}/{a}")
            case ["longer", number]:
                self.say(302, f"Location: /longer/{int(number) + 1}")
            case ["moved"]:
                self.say(301, "Location: /ok")
            case ["moved-twice"]:
                self.say(308, "Location: /elsewhere")
            case ["elsewhere"]:
                self.say(302, "Location: /ok")
            case ["moved-far", length]:
                self.say(301, f"Location: /{'x' * int(length)}")
            case ["moved-abroad"]:
                self.say(302, f"Location: http://bücher.test:{self.server.port}/ok")
            case ["wants-cookies"]:
                self.say(302, "Location: /wants-cookies", "Set-Cookie: been-here=1")
            case ["moved-nowhere"]:
                self.say(301)
            case ["moved-oddly"]:
                self.say(301, "Location: /café au lait?q=ü")
            case ["to", *rest]:
                where = "/".join(rest)
                self.say(302, f"Location: {where.replace('~', '//') if '~' in where else f'/{where}'}")
            case ["busy", times, wait]:
                self.say(200) if self.times() >= int(times) else self.say(429, f"Retry-After: {wait}")
            case ["away", times]:
                soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)
                late = self.times() >= int(times)
                self.say(200) if late else self.say(503, f"Retry-After: {format_datetime(soon, usegmt=True)}")
            case ["away-until", date]:
                self.say(429, f"Retry-After: {unquote(date)}")
            case ["flaky", times]:
                self.say(200) if self.times() >= int(times) else self.say(502)
            case _:
                self.say(200)

    def robots(self):
        rules = {
            "strict.test": b"User-agent: *\nDisallow: /private\n\nUser-agent: Waymark\nDisallow: /not-waymark\n",
            "odd.test": b"\xff\xfe\xef\xbb\xbf\nUser-agent: *\nDisallow: /priv\xe9\nDisallow: /private\n",
            "slow.test": b"User-agent: *\nCrawl-delay: 1\n",
            "huge.test": b"User-agent: *\nDisallow: /private\n" + b"# and so on\n" * 200_000,
            "silly.test": "User-agent: *\nCrawl-delay: ²\n".encode(),
        }
        match self.host:
            case "broken.test":
                self.say(500)
            case "closed.test":
                self.say(403)
            case "round.test":
                self.say(302, "Location: /robots.txt")
            case "away.test":
                pass
            case "packed.test":
                rules = gzip.compress(b"User-agent: *\nDisallow: /private\n")
                self.say(200, "Content-Encoding: gzip", body=rules)
            case "unpacked.test":
                self.say(200, "Content-Encoding: gzip", body=b"User-agent: *\nDisallow: /private\n")
            case host:
                self.say(200, "Content-Type: text/plain; charset=klingon", body=rules[host]) if (
                    host in rules
                ) else self.say(404)

    def drip(self, start):
        self.wfile.write(start)
        while not self.server.over.wait(0.02):
            self.wfile.write(b"x")

    def pour(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while self.server.poured < 500_000_000 and not self.server.over.is_set():
            self.wfile.write(b"x" * 100_000)
            self.server.poured += 100_000


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64

    def __init__(self, tls=None):
        self.seen, self.over, self.poured, self.tls = [], Event(), 0, tls
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]

    def get_request(self):
        sock, address = super().get_request()
        if self.tls:
            sock.settimeout(5)
            sock = self.tls.wrap_socket(sock, server_side=True)
        return sock, address

    def handle_error(self, request, client_address):
        """A client that hangs up is no news."""

    def asked(self):
        """[(method, path)] in order, robots.txt left out."""
        return [(visit.method, visit.path) for visit in self.seen if visit.path != "/robots.txt"]

    def __enter__(self):
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.shutdown()
        self.server_close()


def certificates(folder, *names):
    """(context of a server that may call itself any of ``names``, context of a client that trusts it)."""
    authority, authority_key = certificate("Authority of the tests", authority=True)
    own, key = certificate(names[0], *names, issuer=authority, issuer_key=authority_key)
    (folder / "chain.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    client = ssl.create_default_context(cadata=authority.public_bytes(serialization.Encoding.PEM).decode())
    return server, client


def certificate(name, *alternatives, issuer=None, issuer_key=None, authority=False):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key = issuer_key or key
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if authority:
        usage = dict.fromkeys(
            [
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "encipher_only", "decipher_only"),
            ],
            False,
        )
        built = built.add_extension(x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), critical=True)
    if alternatives:
        names = [as_general_name(alternative) for alternative in alternatives]
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return built.sign(issuer_key, hashes.SHA256()), key


def as_general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
