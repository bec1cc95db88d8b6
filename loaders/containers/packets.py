"""The outside of OpenPGP's packets (RFC 4880, RFC 9580): enough to tell a message from a signature and from noise."""

from __future__ import annotations

import re

from loaders.formats.source import Source

PUBLIC_KEY_SESSION, SIGNATURE, SYMMETRIC_SESSION, ONE_PASS_SIGNATURE = 1, 2, 3, 4
COMPRESSED, LITERAL, ENCRYPTED, INTEGRITY_PROTECTED, AEAD, PADDING, MARKER = 8, 11, 9, 18, 20, 21, 10
FIRST_OCTETS = {  # what the body begins with: versions, or algorithms, or formats
    PUBLIC_KEY_SESSION: (3, 6),
    SYMMETRIC_SESSION: (4, 5, 6),
    ONE_PASS_SIGNATURE: (3, 6),
    SIGNATURE: (3, 4, 6),
    COMPRESSED: (0, 1, 2, 3),
    INTEGRITY_PROTECTED: (1, 2),
}
SESSIONS = (PUBLIC_KEY_SESSION, SYMMETRIC_SESSION)
AFTER_SESSION = (*SESSIONS, ENCRYPTED, INTEGRITY_PROTECTED, AEAD, MARKER, PADDING)
AFTER_SIGNATURE = (ONE_PASS_SIGNATURE, SIGNATURE, COMPRESSED, LITERAL)
ARMOR = re.compile(rb"(?:\xef\xbb\xbf)?\s*-----BEGIN PGP (MESSAGE|SIGNED MESSAGE|SIGNATURE)\b")
ARMOR_PLACE = 1 << 16  # bytes in which armor begins
OCTETS = 8  # in which a packet's header stands, and the first octet of its body
LARGEST_SIGNATURE = 1 << 20  # bytes


def is_message(source: Source) -> bool:
    """Whether it holds something: an encrypted, signed or compressed message, in binary or in armor."""
    armor = ARMOR.match(source.read(0, ARMOR_PLACE))
    if armor:
        return armor[1] != b"SIGNATURE"
    first = header(source, 0)
    if first is None:
        return False
    tag, body, length = first
    if tag == COMPRESSED:
        return length is None
    following = header(source, body + length) if length is not None else None
    if tag in SESSIONS:
        return following is not None and following[0] in AFTER_SESSION
    return tag in (ONE_PASS_SIGNATURE, SIGNATURE) and following is not None and following[0] in AFTER_SIGNATURE


def is_detached_signature(source: Source) -> bool:
    """Whether it is a signature of another file: signature packets to the end, and nothing signed."""
    if source.size > LARGEST_SIGNATURE:
        return False
    armor = ARMOR.match(source.read(0, ARMOR_PLACE))
    if armor:
        return armor[1] == b"SIGNATURE"
    place = 0
    while place < source.size:
        packet = header(source, place)
        if packet is None or packet[0] != SIGNATURE or packet[2] is None:
            return False
        place = packet[1] + packet[2]
    return 0 < place == source.size


def header(source: Source, place: int) -> tuple[int, int, int | None] | None:
    """The packet at a place: its tag, where its body begins, its length (None where it is not given beforehand).

    None where no packet can begin so.
    """
    octets = source.read(place, place + OCTETS)
    if len(octets) < 3 or not octets[0] & 0x80:  # noqa: PLR2004 - a tag, a length and one octet of body at least
        return None
    if octets[0] & 0x40:
        tag, (size, length) = octets[0] & 0x3F, _new_length(octets)
    else:
        tag, width = (octets[0] >> 2) & 0x0F, (1, 2, 4, 0)[octets[0] & 3]
        size, length = 1 + width, int.from_bytes(octets[1 : 1 + width], "big") if width else None
    body = place + size
    known = FIRST_OCTETS.get(tag)
    if tag == 0 or body >= source.size or (known is not None and octets[body - place] not in known):
        return None
    return tag, body, length


def _new_length(octets: bytes) -> tuple[int, int | None]:
    """The size of the header and the length that it tells, by RFC 4880, 4.2.2."""
    first = octets[1]
    if first < 192:  # noqa: PLR2004 - RFC 4880, 4.2.2.1: a length of one octet
        return 2, first
    if first < 224:  # noqa: PLR2004 - RFC 4880, 4.2.2.2: of two octets
        return 3, ((first - 192) << 8) + octets[2] + 192
    if first < 255:  # noqa: PLR2004 - RFC 4880, 4.2.2.4: of a part, others follow
        return 2, None
    return 6, int.from_bytes(octets[2:6], "big")
