"""S3 against a real server, and another store of fsspec's: what comes, what breaks, and that nothing is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session  # type: ignore[import-untyped]  # it has no types
import pytest
from moto.server import ThreadedMotoServer

from loaders.fetching import store
from loaders.fetching.frame import FileFailed
from tests.loaders.fetching.conftest import PASSWORD, Instance

BUCKET = "loggers"
READING = {"ListObjectsV2", "GetObject", "HeadObject", "HeadBucket", "ListObjects"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> Iterator[Any]:
    """A client of the bucket, as somebody who fills it."""
    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="somebody",
        aws_secret_access_key=PASSWORD,
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()


def section(endpoint: str, *further: str, url: str = f"s3://{BUCKET}/masts") -> str:
    lines = ['name = "cloud"', 'kind = "store"', f'url = "{url}"', f'endpoint = "{endpoint}"', 'region = "us-east-1"']
    return "\n".join([*lines, 'access_key = "somebody"', 'password_env = "PASSWORD"', "timeout_s = 5", *further])


def state_of(bucket: Any) -> list[tuple[object, ...]]:
    found = bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [(item["Key"], item["ETag"], item["LastModified"], item["Size"]) for item in found]


def test_objects_come_in_once_and_nothing_is_touched(fetching: Instance, bucket: Any, endpoint: str) -> None:
    fetching.configure(section(endpoint))
    big = os.urandom(12_000_000)
    for key, content in {"masts/a.dat": b"one", "masts/2024/b.dat": big, "other/c.dat": b"no"}.items():
        bucket.put_object(Bucket=BUCKET, Key=key, Body=content)
    bucket.put_object(Bucket=BUCKET, Key="masts/2024/", Body=b"")
    before = state_of(bucket)
    first = fetching.fetch_one("cloud")
    assert (first.listed, first.new, first.bytes, first.error) == (2, 2, 12_000_003, None)
    assert fetching.ledger() == {"store:cloud/a.dat": 3, "store:cloud/2024/b.dat": 12_000_000}
    assert big in fetching.archived().values()
    assert fetching.fetch_one("cloud").new == 0
    assert state_of(bucket) == before


def test_an_object_that_was_put_anew_comes_anew(fetching: Instance, bucket: Any, endpoint: str) -> None:
    fetching.configure(section(endpoint))
    bucket.put_object(Bucket=BUCKET, Key="masts/a.dat", Body=b"one")
    fetching.fetch_one("cloud")
    bucket.put_object(Bucket=BUCKET, Key="masts/a.dat", Body=b"two")  # perhaps in the same second: its ETag differs
    assert fetching.fetch_one("cloud").new == 1


@pytest.mark.parametrize("key", ["größe.dat", "a b+c%20d.dat", "a\\b.dat", "a?b#c.dat", "*.dat"])
def test_any_name_comes_in(fetching: Instance, bucket: Any, endpoint: str, key: str) -> None:
    fetching.configure(section(endpoint))
    bucket.put_object(Bucket=BUCKET, Key=f"masts/{key}", Body=b"one")
    result = fetching.fetch_one("cloud")
    assert (result.new, result.error) == (1, None)
    assert fetching.fetch_one("cloud").new == 0


def test_a_name_that_leads_out_of_the_folder_stays_outside(fetching: Instance, bucket: Any, endpoint: str) -> None:
    fetching.configure(section(endpoint))
    bucket.put_object(Bucket=BUCKET, Key="masts/../../etc/passwd", Body=b"one")
    bucket.put_object(Bucket=BUCKET, Key="masts/a.dat", Body=b"two")
    result = fetching.fetch_one("cloud")
    assert (result.new, result.failed) == (1, 1)
    assert result.error is not None
    assert result.error["what"] == "a path that leads out of the source"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text.replace(BUCKET, "no-such-bucket"), "there is no such bucket or folder"),
        (lambda text: text.replace("http://", "http://127.0.0.1:1/"), "the store failed: "),
        (lambda text: text.replace("s3://", "nosuchstore://"), "a store of kind nosuchstore:// can't be opened"),
        (lambda text: text.replace('"PASSWORD"', '"NOT_SET"'), "the environment variable NOT_SET is not set"),
    ],
)
def test_what_is_wrong_is_told(
    fetching: Instance, bucket: Any, endpoint: str, change: Callable[[str], str], what: str
) -> None:
    fetching.configure(change(section(endpoint)))
    error = fetching.fetch_one("cloud").error
    assert error is not None
    assert error["what"].startswith(what)


def test_a_large_object_comes_in_blocks_of_one_state_of_it(
    fetching: Instance, bucket: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BLOCK_BYTES", 1000)
    fetching.configure(section(endpoint))
    content = os.urandom(3500)
    bucket.put_object(Bucket=BUCKET, Key="masts/a.dat", Body=content)
    (source,) = fetching.settings.configuration.sources
    session = store.open_source(source, fetching.settings.vault, fetching.home)  # type: ignore[arg-type]  # it is one
    (entry,) = session.entries()
    assert [len(block) for block in session.read(entry)] == [1000, 1000, 1000, 500]
    assert b"".join(session.read(entry, 2700)) == content[2700:]
    blocks = session.read(entry)
    next(blocks)
    bucket.put_object(Bucket=BUCKET, Key="masts/a.dat", Body=os.urandom(3500))
    with pytest.raises(FileFailed, match="it was changed while it was read"):
        list(blocks)
    assert fetching.fetch_one("cloud").new == 1


def test_another_store_of_fsspec_is_read_the_same_way(fetching: Instance, remote: Any, put: Any) -> None:
    put("deep/mast.dat", b"one")
    fetching.configure(f'name = "cloud"\nkind = "store"\nurl = "local://{remote}"')
    assert fetching.fetch_one("cloud").new == 1
    assert list(fetching.ledger()) == ["store:cloud/deep/mast.dat"]
