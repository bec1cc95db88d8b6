"""A mailbox against a real server: what is attached comes in, and no mail is marked, moved or deleted."""

from __future__ import annotations

import io
import re
import ssl
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.fetching.imap import attachments
from loaders.loading import load_waiting
from tests.loaders.campaign import toa5
from tests.loaders.fetching.conftest import Instance
from tests.loaders.fetching.imap_server import USER, Line, Mailbox, serving

CHANGING = re.compile(rb"\b(SELECT|STORE|EXPUNGE|CLOSE|APPEND|COPY|MOVE|DELETE|RENAME|CREATE|SUBSCRIBE|BODY\[)", re.I)


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(made)
    return made


@pytest.fixture
def line() -> Iterator[Callable[[int, ssl.SSLContext], Line]]:
    made: list[Line] = []

    def make(server_port: int, context: ssl.SSLContext) -> Line:
        made.append(Line(server_port, context))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Post:
    """A mailbox of its own, the line to it, and the instance that fetches from it."""

    def __init__(self, mailbox: Mailbox, line: Line, instance: Instance, ca_file: Path) -> None:
        self.mailbox = mailbox
        self.line = line
        self.instance = instance
        self._ca_file = ca_file
        self.configure()

    def configure(self, *further: str, host: str = "localhost") -> None:
        lines = ['name = "post"', 'kind = "imap"', f'host = "{host}"', f"port = {self.line.port}", "timeout_s = 5"]
        login = [f'username = "{USER}"', 'password_env = "PASSWORD"', f'ca_file = "{self._ca_file}"']
        self.instance.configure("\n".join([*lines, *login, *further]))

    def error(self) -> str:
        error = self.instance.fetch_one("post").error
        assert error is not None
        return str(error["what"])


@pytest.fixture
def post(
    fetching: Instance,
    context: ssl.SSLContext,
    line: Callable[[int, ssl.SSLContext], Line],
    ca_file: Path,
) -> Iterator[Post]:
    with serving() as port:
        mailbox = Mailbox(port)
        yield Post(mailbox, line(port, context), fetching, ca_file)
        mailbox.close()


def mail(*attached: tuple[str, bytes], sender: str = "logger@mast.example", subject: str = "data") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "team@office.example", subject
    made.set_content("The newest data are attached.")
    for name, content in attached:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def test_attachments_come_in_once_and_no_mail_is_touched(post: Post) -> None:
    post.mailbox.put(mail(("a.dat", b"one"), ("b.dat", b"two\r\n\n")).as_bytes())
    post.mailbox.put(mail(("c.dat", b"three")).as_bytes(), r"\Seen")
    post.mailbox.put(mail(("d.dat", b"four")).as_bytes(), r"\Deleted")
    post.mailbox.put(mail().as_bytes())
    before = post.mailbox.state()
    first = post.instance.fetch_one("post")
    assert (first.listed, first.new, first.failed, first.error) == (4, 3, 0, None)
    assert {path.rsplit("/", 1)[1]: size for path, size in post.instance.ledger().items()} == {
        "a.dat": 3,
        "b.dat": 6,
        "c.dat": 5,
        "d.dat": 4,
    }
    assert all(path.startswith("imap:post/INBOX/") for path in post.instance.ledger())
    assert set(post.instance.archived().values()) == {b"one", b"two\r\n\n", b"three", b"four"}
    second = post.instance.fetch_one("post")
    assert (second.listed, second.new) == (4, 0)
    assert post.mailbox.state() == before
    said = b"".join(post.line.asked)
    assert b"EXAMINE" in said
    assert said.count(b"BODY.PEEK[]") == 4
    assert not CHANGING.search(said)


def test_a_mail_that_comes_later_comes_in(post: Post) -> None:
    post.mailbox.put(mail(("a.dat", b"one")).as_bytes())
    post.instance.fetch_one("post")
    post.mailbox.put(mail(("a.dat", b"two")).as_bytes())
    assert post.instance.fetch_one("post").new == 1
    assert set(post.instance.archived().values()) == {b"one", b"two"}


def test_only_wanted_attachments_of_wanted_mails_come(post: Post) -> None:
    post.configure('include = ["*.dat"]', 'exclude = ["test*"]', 'sender = "mast.example"', 'subject = "dáta"')
    wanted = {"sender": "logger@mast.example", "subject": "dáta of today"}
    post.mailbox.put(mail(("a.DAT", b"a"), ("logo.png", b"b"), ("test.dat", b"c"), **wanted).as_bytes())
    post.mailbox.put(mail(("d.dat", b"d"), sender="somebody@else.example", subject="dáta").as_bytes())
    post.mailbox.put(mail(("e.dat", b"e"), subject="holiday").as_bytes())
    result = post.instance.fetch_one("post")
    assert (result.listed, result.error) == (1, None)
    assert list(post.instance.archived().values()) == [b"a"]


def test_mails_from_before_a_day_stay_away(post: Post) -> None:
    post.mailbox.put(mail(("a.dat", b"one")).as_bytes())
    today = datetime.now(UTC).date()
    post.configure(f"since = {today + timedelta(days=1)}")
    assert post.instance.fetch_one("post").listed == 0
    post.configure(f"since = {today}")
    assert post.instance.fetch_one("post").new == 1


def test_a_zip_in_a_mail_within_a_mail_is_loaded(post: Post) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mast.dat", toa5({0: [1], 1: [2]}))
    forwarded = mail()
    forwarded.add_attachment(mail(("data.zip", packed.getvalue())))
    post.mailbox.put(forwarded.as_bytes())
    assert post.instance.fetch_one("post").new == 1
    (path,) = post.instance.ledger()
    assert path.endswith("/data.zip")
    results = load_waiting(post.instance.home).files
    assert [result.path.rsplit("/", 2)[1:] for result in results] == [["data.zip", "mast.dat"]]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\data\\mast.dat", "mast.dat"),
        ("..", "attachment"),
        ("größe.dat", "größe.dat"),
        ("a\tb.dat", "a b.dat"),
    ],
)
def test_a_name_is_only_a_name(name: str, told: str) -> None:
    ((found, content),) = attachments(mail((name, b"one")).as_bytes())
    assert content == b"one"
    assert found in {told, told.replace(" ", "\\x09")}


def test_two_of_one_name_are_two_files(post: Post) -> None:
    post.mailbox.put(mail(("a.dat", b"one"), ("a.dat", b"two")).as_bytes())
    post.instance.fetch_one("post")
    assert len(post.instance.ledger()) == 2


def test_a_mail_that_is_attached_as_a_file_is_looked_into() -> None:
    inner = mail(("a.dat", b"one")).as_bytes()
    assert list(attachments(mail(("forwarded.eml", inner)).as_bytes())) == [("a.dat", b"one")]


def test_encodings_of_attachments_are_undone() -> None:
    head = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    part = b'--x\r\nContent-Disposition: attachment; filename="a.dat"\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n'
    for encoding, content in {b"base64": b"b25l", b"quoted-printable": b"=6Fne", b"7bit": b"one"}.items():
        assert list(attachments(head + part % (encoding, content) + b"--x--\r\n")) == [("a.dat", b"one")]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 600), st.integers(0, 600))
def test_no_mail_brings_it_down(noise: bytes, begin: int, length: int) -> None:
    good = mail(("a.dat", b"one"), ("b.eml", mail(("c.dat", b"two")).as_bytes())).as_bytes()
    for content in (noise, good[:begin] + noise + good[begin + length :]):
        for name, attached in attachments(content):
            assert "/" not in name
            assert isinstance(attached, bytes)


def test_a_line_that_is_cut_leaves_nothing_half_done(post: Post) -> None:
    content = b"0123456789" * 100_000
    post.mailbox.put(mail(("a.dat", content)).as_bytes())
    post.line.cut_after_bytes = 300_000
    broken = post.instance.fetch_one("post")
    assert (broken.new, broken.failed, post.instance.archived()) == (0, 1, {})
    post.line.cut_after_bytes = None
    assert post.instance.fetch_one("post").new == 1
    assert list(post.instance.archived().values()) == [content]


def test_a_wrong_password_is_told(post: Post) -> None:
    post.configure()
    text = post.instance.configuration.read_text().replace('password_env = "PASSWORD"', 'password_file = "secret"')
    post.instance.configuration.write_text(text)
    (post.instance.home.path / "secret").write_bytes(b"wrong")
    (post.instance.home.path / "secret").chmod(0o600)
    assert post.error().startswith("the server does not let us in")


def test_a_folder_that_is_not_there_is_told(post: Post) -> None:
    post.configure('folder = "nowhere"')
    assert post.error().startswith("the connection failed: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_nobody_known_gets_no_password(post: Post, host: str) -> None:
    text = post.instance.configuration.read_text()
    if host == "localhost":  # the right name, but of an authority that nobody knows
        text = re.sub(r"ca_file = .*", "", text)
    post.instance.configuration.write_text(text.replace('"localhost"', f'"{host}"'))
    assert post.error().startswith("the server's certificate is not good: ")
    assert post.line.asked == []


def test_a_mailbox_is_read_after_starttls(
    fetching: Instance, authority: trustme.CA, ca_file: Path, tmp_path: Path
) -> None:
    signed = authority.issue_cert("localhost")
    signed.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    signed.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    with serving(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem") as port:
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        mailbox = Mailbox(port, unchecked)
        mailbox.put(mail(("a.dat", b"one")).as_bytes())
        mailbox.close()
        fetching.configure(
            f'name = "post"\nkind = "imap"\nhost = "localhost"\nport = {port}\nsecurity = "starttls"\n'
            f'username = "{USER}"\npassword_env = "PASSWORD"\nca_file = "{ca_file}"'
        )
        assert fetching.fetch_one("post").new == 1
