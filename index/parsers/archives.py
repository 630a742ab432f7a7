"""Unpacking within bounds: a small file may unpack to more than any disk holds."""

import gzip
import io
import posixpath
import re
import zipfile
import zlib

from index.errors import RefusedError
from index.parsers.record import refuse_on_error

GZIP = b"\x1f\x8b"  # the first bytes of every gzip file
MOST_UNPACKED = 200_000_000  # bytes, of a whole archive and of a packed file
MOST_MEMBERS = 10_000
# Text packs to a tenth of its size; data that packs to less than a hundredth is padding. Small members may do so.
MOST_RATIO = 100
_SMALL = 1_000_000  # bytes
_OUTSIDE = re.compile(r"/|[A-Za-z]:|(.*/)?\.\.(/|$)", re.DOTALL)
_MICROSOFT = bytes.fromhex("d0cf11e0a1b11ae1")  # the first bytes of a compound file
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the other methods unpack without bounds
_ENCRYPTED = 1  # the first of a member's flags


def gunzip(data: bytes, most: int = MOST_UNPACKED) -> bytes:
    """The bytes that gzip packed; memory never holds more than `most` bytes of them.

    Raises:
        RefusedError: the data is not gzip, is cut short, or unpacks to more.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(most + 1)
    except EOFError as error:
        raise RefusedError("its gzip can't be unpacked: it is cut short") from error
    except (OSError, zlib.error) as error:
        reason = "it is damaged" if data.startswith(GZIP) else "it is not packed by gzip"
        raise RefusedError(f"its gzip can't be unpacked: {reason}") from error
    if len(unpacked) > most:
        raise RefusedError(too_large(most))
    return unpacked


def too_large(most: int) -> str:
    """The reason to refuse anything larger than `most` bytes."""
    return f"it is larger than {most / 1e6:g} MB"


class Archive:
    """A ZIP archive with checked members: number, sizes, ratio, names and methods are in bounds, none is encrypted.

    A member never gives more bytes than the archive states.
    """

    def __init__(self, data: bytes, format_name: str) -> None:
        """Open the archive of a file; `format_name` is the file's format, as people call it.

        Raises:
            RefusedError: the data is not an archive, is damaged, or breaks a bound.
        """
        if data.startswith(_MICROSOFT):
            raise RefusedError(
                f"it is encrypted, or of a format older than {format_name}; save it as {format_name} without a password"
            )
        self._format_name = format_name
        if not zipfile.is_zipfile(io.BytesIO(data)):
            raise RefusedError(f"it can't be read as {format_name}: it is something else, or cut short")
        with refuse_on_error(format_name):
            self._file = zipfile.ZipFile(io.BytesIO(data))
        members = self._file.infolist()
        if len(members) > MOST_MEMBERS:
            raise RefusedError(f"it holds {len(members):,} files, more than {MOST_MEMBERS:,}")
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise RefusedError(f"it unpacks to more than {MOST_UNPACKED / 1e6:g} MB")
        for member in members:
            if _OUTSIDE.match(member.orig_filename.replace("\\", "/")):
                raise RefusedError(f'its member "{member.orig_filename}" leads outside of it')
            if member.flag_bits & _ENCRYPTED:
                raise RefusedError("it is encrypted; save it without a password")
            if member.compress_type not in _METHODS:
                packing = 'is packed in a way that is not read; pack it by "deflate"'
                raise RefusedError(f'its member "{member.filename}" {packing}')
            if member.file_size > max(_SMALL, MOST_RATIO * member.compress_size):
                raise RefusedError(f'its member "{member.filename}" unpacks to more than {MOST_RATIO} times its size')

    def names(self) -> list[str]:
        """The names of its members."""
        return self._file.namelist()

    def read(self, name: str, most: int = MOST_UNPACKED) -> bytes:
        """A member's bytes.

        Raises:
            RefusedError: no member has that name, or it is damaged or larger than `most` bytes.
        """
        member = self._file.NameToInfo.get(name)
        if member is None:
            raise RefusedError(f'it holds no "{name}"')
        if member.file_size > most:
            raise RefusedError(f'its member "{name}" is larger than {most / 1e6:g} MB')
        with refuse_on_error(self._format_name), self._file.open(member) as file:
            # With no size given, the library unpacks everything before it cuts off what exceeds the stated size.
            return file.read(member.file_size + 1)


def member_name(folder: str, path: str) -> str:
    """The name of the member at a path that is relative to a folder of the archive.

    Raises:
        RefusedError: the path leads outside of the archive.
    """
    name = posixpath.normpath(posixpath.join(folder, path))
    if _OUTSIDE.match(name):
        raise RefusedError(f'it names "{path}", which lies outside of it')
    return name
