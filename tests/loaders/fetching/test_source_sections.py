"""Sources in the configuration: what is documented is what there is, and what is wrong is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from database.errors import SetupError
from database.home import PROJECT
from loaders.configuration import read
from loaders.fetching.source_sections import IMAP, KINDS, Folder, Source

DOCUMENT = (PROJECT / "docs" / "fetching.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stationmanager.toml"


def refusal(path: Path, text: str) -> str:
    path.write_text(f"[[source]]\n{text}")
    with pytest.raises(SetupError) as caught:
        read(path)
    return caught.value.what


def test_every_documented_source_is_one(path: Path) -> None:
    path.write_text("\n".join(EXAMPLES))
    sources = read(path).sources
    assert len(sources) == len(EXAMPLES)
    assert {source.kind for source in sources} == set(KINDS) - {"ftp", "landing"}


def test_every_key_is_documented() -> None:
    keys = {key for model in get_args(Source) for key in model.model_fields}
    assert {key for key in keys if not re.search(rf"\b{key}\b", DOCUMENT)} == set()


def test_every_kind_is_known() -> None:
    kinds = {kind for model in get_args(Source) for kind in get_args(model.model_fields["kind"].annotation)}
    assert set(KINDS) == kinds


SFTP = 'name = "a"\nkind = "sftp"\nhost = "h"\nusername = "u"'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('name = "a"', "[[source]] 'a', kind: found nothing, expected one of folder, landing, sftp, ftp, ftps,"),
        ('name = "a"\nkind = "smb"', "[[source]] 'a', kind: found \"smb\", expected one of folder, landing,"),
        ('name = "a"\nkind = "folder"', "[[source]] 'a', path: found nothing, expected this key"),
        (
            'name = "a/b"\nkind = "folder"\npath = "x"',
            "[[source]] 'a/b', name: found \"a/b\", expected a name of letters",
        ),
        ('name = "a"\nkind = "landing"', 'expected name = "landing" and kind = "landing" for the drop folder'),
        ('name = "landing"\nkind = "folder"\npath = "x"', 'expected name = "landing" and kind = "landing" for'),
        (SFTP, "expected key_file, password_env or password_file, to log in with"),
        (f'{SFTP}\nkey_file = "k"', "expected host_key or known_hosts, one of them"),
        (f'{SFTP}\nkey_file = "k"\nhost_key = "x"\nknown_hosts = "y"', "expected host_key or known_hosts, one of them"),
        (f"{SFTP}\nport = 70000", "port: found 70000, expected at most 65535"),
        (f'{SFTP}\nsince = "yesterday"', 'since: found "yesterday", expected a day like 2024-01-31'),
        (f"{SFTP}\ninclude = []", "include: found an empty list, expected at least one"),
        (f"{SFTP}\ntimeout = 5", "timeout: found the key 'timeout', expected no such key; did you mean timeout_s?"),
        ('name = "a"\nkind = "store"\nurl = "bucket"', 'url: found "bucket", expected a place like s3://bucket/folder'),
        ('name = "a"\nkind = "http"', "expected index or daily, one of them"),
        ('name = "a"\nkind = "http"\nindex = "ftp://x"', "expected a URL that begins with https://"),
        ('name = "a"\nkind = "http"\ndaily = "https://x/{date:%Y}"', "and since, the first day"),
        (
            'name = "a"\nkind = "imap"\nhost = "h"\nusername = "u"\nsecurity = "none"',
            'security: found "none", expected',
        ),
    ],
)
def test_what_is_wrong_is_named(path: Path, text: str, what: str) -> None:
    assert what in refusal(path, text)


def test_patterns_are_for_whole_paths_in_any_case() -> None:
    source = Folder(name="a", kind="folder", path=Path(), include=("*.dat", "a/?.csv"), exclude=("*/old/*", "x*"))
    assert source.wants_file("deep/er/Mast.DAT")
    assert source.wants_file("a/1.csv")
    assert not source.wants_file("a/12.csv")
    assert not source.wants_file("mast.dat.txt")
    assert not source.wants_file("deep/old/mast.dat")
    assert not source.wants_file("X.dat")
    assert not source.wants_file("deep/mast.dat.part")


def test_patterns_of_a_mailbox_are_for_attachments() -> None:
    source = IMAP(name="a", kind="imap", host="h", username="u", include=("*.dat",))
    assert source.wants_entry("INBOX/1.2")
    assert not source.wants_file("logo.png")
