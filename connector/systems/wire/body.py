"""Reads an answer's body without letting it fill the memory."""

from __future__ import annotations

from requests import Response

from connector.errors import Unreadable

_CHUNK = 65_536


def read_body(answer: Response, most: int) -> None:
    """Read the whole body, decompressed, into *answer*. Raises Unreadable past *most* bytes.

    The limit holds for the decompressed size, so that a small answer cannot unfold into gigabytes.
    """
    parts: list[bytes] = []
    size = 0
    for part in answer.raw.stream(_CHUNK, decode_content=True):
        size += len(part)
        if size > most:
            answer.close()
            raise Unreadable(f"the answer is longer than {most} bytes", status=answer.status_code, code="too-long")
        parts.append(part)
    answer._content = b"".join(parts)
    answer._content_consumed = True  # type: ignore[attr-defined]
    answer.raw.release_conn()
