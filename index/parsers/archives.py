"""Unpacking within bounds: a small file may unpack to more than any disk holds."""

import gzip
import io
import posixpath
import re
import zipfile
import zlib

from index.errors import RefusedError
from index.parsers.record import refusing

GZIP = b"\x1f\x8b"  # what every gzip file begins with
MOST_UNPACKED = 200_000_000  # bytes, of a whole archive and of a packed file
MOST_MEMBERS = 10_000
# Text packs to a tenth; what packs to less than a hundredth is padding. Small members may, for they do no harm.
MOST_RATIO = 100
_SMALL = 1_000_000  # bytes
_OUTSIDE = re.compile(r"/|[A-Za-z]:|(.*/)?\.\.(/|$)", re.DOTALL)
_MICROSOFT = bytes.fromhex("d0cf11e0a1b11ae1")  # what a compound file begins with
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without bounds
_ENCRYPTED = 1  # the first of a member's flags


def gunzip(data: bytes, most: int = MOST_UNPACKED) -> bytes:
    """What gzip packed, without ever holding more than `most` bytes of it.

    Raises:
        RefusedError: it is not gzip, is cut short, or holds more.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(most + 1)
    except EOFError as error:
        raise RefusedError("its gzip can't be unpacked: it is cut short") from error
    except (OSError, zlib.error) as error:
        broken = "it is damaged" if data.startswith(GZIP) else "it is not packed by gzip"
        raise RefusedError(f"its gzip can't be unpacked: {broken}") from error
    if len(unpacked) > most:
        raise RefusedError(too_large(most))
    return unpacked


def too_large(most: int) -> str:
    """What is said of anything larger than `most` bytes."""
    return f"it is larger than {most / 1e6:g} MB"


class Archive:
    """A ZIP archive whose members were checked: number, sizes, ratio, names, methods, and that none is encrypted.

    A member never gives more than the archive says it has.
    """

    def __init__(self, data: bytes, kind: str) -> None:
        """Open an archive that a format of that kind is packed in.

        Raises:
            RefusedError: it is none, is damaged, or breaks a bound.
        """
        if data.startswith(_MICROSOFT):
            raise RefusedError(
                f"it is encrypted, or of a format older than {kind}; save it as {kind} without a password"
            )
        self._kind = kind
        if not zipfile.is_zipfile(io.BytesIO(data)):
            raise RefusedError(f"it can't be read as {kind}: it is something else, or cut short")
        with refusing(kind):
            self._file = zipfile.ZipFile(io.BytesIO(data))
        _check(self._file.infolist())

    def names(self) -> list[str]:
        """The names of its members."""
        return self._file.namelist()

    def read(self, name: str, most: int = MOST_UNPACKED) -> bytes:
        """A member's bytes.

        Raises:
            RefusedError: there is none of that name, it is damaged, or larger than `most` bytes.
        """
        member = self._file.NameToInfo.get(name)
        if member is None:
            raise RefusedError(f'it holds no "{name}"')
        if member.file_size > most:
            raise RefusedError(f'its member "{name}" is larger than {most / 1e6:g} MB')
        with refusing(self._kind), self._file.open(member) as file:
            # Without a bound all is unpacked before what is more than the archive says is cut off.
            return file.read(member.file_size + 1)


def within(base: str, path: str) -> str:
    """The name of the member at a path that is relative to the folder `base`.

    Raises:
        RefusedError: it leads outside of the archive.
    """
    name = posixpath.normpath(posixpath.join(base, path))
    if _OUTSIDE.match(name):
        raise RefusedError(f'it names "{path}", which lies outside of it')
    return name


def _check(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise RefusedError(f"it holds {len(members):,} files, more than {MOST_MEMBERS:,}")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise RefusedError(f"it unpacks to more than {MOST_UNPACKED / 1e6:g} MB")
    for member in members:
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    if _OUTSIDE.match(member.orig_filename.replace("\\", "/")):
        raise RefusedError(f'its member "{member.orig_filename}" leads outside of it')
    if member.flag_bits & _ENCRYPTED:
        raise RefusedError("it is encrypted; save it without a password")
    if member.compress_type not in _METHODS:
        raise RefusedError(f'its member "{member.filename}" is packed in a way that is not read; pack it by "deflate"')
    if member.file_size > max(_SMALL, MOST_RATIO * member.compress_size):
        raise RefusedError(f'its member "{member.filename}" unpacks to more than {MOST_RATIO} times its size')
