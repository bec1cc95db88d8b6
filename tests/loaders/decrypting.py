"""A maker's program, as far as a converter can tell: it decrypts AES-GCM by a password, and fails in every way.

Called as a program: MODE FILE FOLDER [PASSWORD].
"""

import os
import subprocess
import sys
import time
from hashlib import scrypt
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"\x02\x04\x00\x00"
SALT_BYTES, NONCE_BYTES = 16, 12
ENDLESS_S = 300


def encrypt(content: bytes, password: str) -> bytes:
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return MAGIC + salt + nonce + AESGCM(key(password, salt)).encrypt(nonce, content, MAGIC)


def decrypt(packed: bytes, password: str) -> bytes:
    body = packed.removeprefix(MAGIC)
    salt, nonce, encrypted = body[:SALT_BYTES], body[SALT_BYTES:][:NONCE_BYTES], body[SALT_BYTES + NONCE_BYTES :]
    return AESGCM(key(password, salt)).decrypt(nonce, encrypted, MAGIC)


def key(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode(), salt=salt, n=1024, r=8, p=1, dklen=32)


def main(mode: str, file: Path, folder: Path, password: str) -> None:  # noqa: C901 - one case after another
    try:
        text = decrypt(file.read_bytes(), password)
    except InvalidTag:
        sys.exit(f"wrong password '{password}' for {file.name}")
    target = folder / f"{file.stem}.txt"
    match mode:
        case "well":
            target.write_bytes(text)
        case "two":
            target.write_bytes(text)
            (folder / "more").mkdir()
            (folder / "more" / "second.txt").write_bytes(text)
        case "half":
            target.write_bytes(text[: len(text) // 2])
            sys.exit("the disk is full")
        case "hang":
            target.write_bytes(text[: len(text) // 2])
            linger(folder)
            time.sleep(ENDLESS_S)
        case "linger":
            target.write_bytes(text)
            linger(folder)
        case "crash":
            os.abort()
        case "nothing":
            (folder / "log").write_text("done")
        case "empty":
            target.write_bytes(b"")
        case "link":
            target.symlink_to("/etc/passwd")
        case "huge":
            with target.open("wb") as file_of_zeros:
                file_of_zeros.truncate(1 << 40)
        case "quiet":
            sys.exit(3)


def linger(folder: Path) -> None:
    """Leave a process behind, and its number where the test finds it."""
    left = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({ENDLESS_S})"])
    Path(os.environ["CONVERTER_TEST_PIDS"]).write_text(f"{left.pid} {folder}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), "".join(sys.argv[4:]))
