"""Archives within bounds."""

import io
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import archives as packed
from tests.unit.index.parsers.files import book, one, read, unzipped, word, zipped

WHOLE = {".docx": word("Words."), ".epub": zipped(book({"one.xhtml": "<p>Words.</p>"}))}
FORMATS = pytest.mark.parametrize("suffix", WHOLE)


def with_member(suffix: str, name: str, data: bytes) -> bytes:
    """A whole file of that format with one member more."""
    out = io.BytesIO(WHOLE[suffix])
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return out.getvalue()


@FORMATS
@pytest.mark.parametrize("data", [b"Words.", b"%PDF-1.7"])
def test_what_is_no_archive_is_said_to_be_another_format(suffix, data):
    """Nobody need know that the format is an archive."""
    with pytest.raises(RefusedError, match=f"^it can't be read as {suffix[1:].upper()}: it is something else"):
        read(suffix, data)


@FORMATS
def test_an_archive_that_is_cut_short_is_said_to_be_so(suffix):
    """Its list of members stands at its end."""
    with pytest.raises(RefusedError, match="or cut short$"):
        read(suffix, WHOLE[suffix][:-40])


@FORMATS
def test_a_member_that_unpacks_to_too_much_is_refused(suffix):
    """A bomb is told by its ratio before it is unpacked."""
    with pytest.raises(RefusedError, match='its member "bomb.xml" unpacks to more than 100 times its size'):
        read(suffix, with_member(suffix, "bomb.xml", b"0" * 2_000_000))


@FORMATS
def test_an_archive_that_unpacks_to_too_much_is_refused(suffix, monkeypatch):
    """By the sum of its members, though each is small."""
    monkeypatch.setattr(packed, "MOST_UNPACKED", 1_000)
    with pytest.raises(RefusedError, match="it unpacks to more than 0.001 MB"):
        read(suffix, with_member(suffix, "a.bin", bytes(range(256)) * 4))


@FORMATS
def test_an_archive_of_too_many_members_is_refused(suffix):
    """With the bound in the sentence."""
    out = io.BytesIO(WHOLE[suffix])
    with zipfile.ZipFile(out, "a") as file:
        for number in range(packed.MOST_MEMBERS):
            file.writestr(str(number), b"")
    with pytest.raises(RefusedError, match=r"it holds 10,\d+ files, more than 10,000"):
        read(suffix, out.getvalue())


@FORMATS
def test_sizes_that_are_not_true_are_refused(suffix):
    """A member that says it is small gives no more than that, and is damaged."""
    data = with_member(suffix, "liar.xml", b"<a>" + b"0" * 5_000 + b"</a>")
    lie = (5_007).to_bytes(4, "little")
    assert data.count(lie) == 2
    archive = packed.Archive(data.replace(lie, (7).to_bytes(4, "little")), "DOCX")
    with pytest.raises(RefusedError, match="can't be read as DOCX"):
        archive.read("liar.xml")


@pytest.mark.parametrize(("suffix", "name"), [(".docx", "word/styles.xml"), (".epub", "META-INF/container.xml")])
def test_a_member_never_gives_more_than_it_says(suffix, name):
    """Though its checksum is that of what it says: nothing unpacks the rest."""
    members = unzipped(WHOLE[suffix])
    honest = members[name]
    data = bytearray(zipped(members | {name: honest + b" " * 50_000_000}))
    entry = data.rindex(name.encode()) - 46  # the member in the directory at the end
    data[entry + 16 : entry + 20] = zlib.crc32(honest).to_bytes(4, "little")
    data[entry + 24 : entry + 28] = len(honest).to_bytes(4, "little")
    one(suffix, WHOLE[suffix])  # what is imported is there
    tracemalloc.start()
    try:
        assert one(suffix, bytes(data)).text == "Words."
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@FORMATS
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_refused(suffix, method):
    """Before anything is unpacked, for they know no bounds."""
    out = io.BytesIO(WHOLE[suffix])
    with zipfile.ZipFile(out, "a", method) as file:
        file.writestr("other.xml", b"<a/>")
    with pytest.raises(RefusedError, match='its member "other.xml" is packed in a way that is not read'):
        read(suffix, out.getvalue())


@FORMATS
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "a/..", "..\\evil", "\\evil"])
def test_a_member_that_leads_outside_is_refused(suffix, name):
    """Though nothing is ever written by its name."""
    with pytest.raises(RefusedError, match="leads outside of it"):
        read(suffix, with_member(suffix, name, b"x"))


@FORMATS
def test_an_encrypted_archive_is_refused(suffix):
    """With what to do."""
    data = bytearray(WHOLE[suffix])
    place = data.rindex(b"PK\x01\x02") + 8  # the flags of the last member in the directory
    data[place] |= 1
    with pytest.raises(RefusedError, match="it is encrypted; save it without a password"):
        read(suffix, bytes(data))


@pytest.mark.parametrize("name", ["a/..b/c", "..a", "a..", "notes: a/b.xml", "a/b/c.xml"])
def test_a_name_that_only_looks_so_is_taken(name):
    """Two dots lead outside only where they are all of a part."""
    assert packed.Archive(zipped({name: "words"}), "EPUB").read(name) == b"words"


@given(st.text("./\\ab:", max_size=12), st.text("./\\ab:", max_size=12))
def test_no_path_leads_outside(base, path):
    """A path is a name inside, or refused."""
    try:
        name = packed.within(base, path)
    except RefusedError:
        return
    assert not name.startswith("/")
    assert ".." not in name.split("/")
