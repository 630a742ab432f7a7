"""Archives within bounds."""

import io
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import archives
from tests.unit.index.parsers.files import book, record_of, records_of, word, zip_file, zip_members

WHOLE = {".docx": word("Words."), ".epub": zip_file(book({"one.xhtml": "<p>Words.</p>"}))}
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
    """The message names the format and does not mention archives."""
    with pytest.raises(RefusedError, match=f"^it can't be read as {suffix[1:].upper()}: it is something else"):
        records_of(suffix, data)


@FORMATS
def test_an_archive_that_is_cut_short_is_said_to_be_so(suffix):
    """The message says so: the list of members stands at the end of an archive."""
    with pytest.raises(RefusedError, match="or cut short$"):
        records_of(suffix, WHOLE[suffix][:-40])


@FORMATS
def test_a_member_that_unpacks_to_too_much_is_refused(suffix):
    """The ratio gives a bomb away before it is unpacked."""
    with pytest.raises(RefusedError, match='its member "bomb.xml" unpacks to more than 100 times its size'):
        records_of(suffix, with_member(suffix, "bomb.xml", b"0" * 2_000_000))


@FORMATS
def test_an_archive_that_unpacks_to_too_much_is_refused(suffix, monkeypatch):
    """The sum of the members counts, though each is small."""
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1_000)
    with pytest.raises(RefusedError, match="it unpacks to more than 0.001 MB"):
        records_of(suffix, with_member(suffix, "a.bin", bytes(range(256)) * 4))


@FORMATS
def test_an_archive_of_too_many_members_is_refused(suffix):
    """The message names the bound."""
    out = io.BytesIO(WHOLE[suffix])
    with zipfile.ZipFile(out, "a") as file:
        for number in range(archives.MOST_MEMBERS):
            file.writestr(str(number), b"")
    with pytest.raises(RefusedError, match=r"it holds 10,\d+ files, more than 10,000"):
        records_of(suffix, out.getvalue())


@FORMATS
def test_sizes_that_are_not_true_are_refused(suffix):
    """A member that is larger than the archive states is refused as damaged."""
    data = with_member(suffix, "liar.xml", b"<a>" + b"0" * 5_000 + b"</a>")
    lie = (5_007).to_bytes(4, "little")
    assert data.count(lie) == 2
    archive = archives.Archive(data.replace(lie, (7).to_bytes(4, "little")), "DOCX")
    with pytest.raises(RefusedError, match="can't be read as DOCX"):
        archive.read("liar.xml")


@pytest.mark.parametrize(("suffix", "name"), [(".docx", "word/styles.xml"), (".epub", "META-INF/container.xml")])
def test_a_member_never_gives_more_than_it_says(suffix, name):
    """The rest is never unpacked, even where the checksum fits the stated size."""
    members = zip_members(WHOLE[suffix])
    honest = members[name]
    data = bytearray(zip_file(members | {name: honest + b" " * 50_000_000}))
    entry = data.rindex(name.encode()) - 46  # the member in the directory at the end
    data[entry + 16 : entry + 20] = zlib.crc32(honest).to_bytes(4, "little")
    data[entry + 24 : entry + 28] = len(honest).to_bytes(4, "little")
    record_of(suffix, WHOLE[suffix])  # what is imported is there
    tracemalloc.start()
    try:
        assert record_of(suffix, bytes(data)).text == "Words."
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@FORMATS
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_refused(suffix, method):
    """Other methods have no bounds, so they are refused before anything is unpacked."""
    out = io.BytesIO(WHOLE[suffix])
    with zipfile.ZipFile(out, "a", method) as file:
        file.writestr("other.xml", b"<a/>")
    with pytest.raises(RefusedError, match='its member "other.xml" is packed in a way that is not read'):
        records_of(suffix, out.getvalue())


@FORMATS
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "a/..", "..\\evil", "\\evil"])
def test_a_member_that_leads_outside_is_refused(suffix, name):
    """The archive is refused, though no member is ever written to disk by its name."""
    with pytest.raises(RefusedError, match="leads outside of it"):
        records_of(suffix, with_member(suffix, name, b"x"))


@FORMATS
def test_an_encrypted_archive_is_refused(suffix):
    """The message says what to do."""
    data = bytearray(WHOLE[suffix])
    flags = data.rindex(b"PK\x01\x02") + 8  # the flags of the last member in the directory
    data[flags] |= 1
    with pytest.raises(RefusedError, match="it is encrypted; save it without a password"):
        records_of(suffix, bytes(data))


@pytest.mark.parametrize("name", ["a/..b/c", "..a", "a..", "notes: a/b.xml", "a/b/c.xml"])
def test_a_name_that_only_looks_so_is_taken(name):
    """Two dots lead outside only where they are a whole part of a path."""
    assert archives.Archive(zip_file({name: "words"}), "EPUB").read(name) == b"words"


@given(st.text("./\\ab:", max_size=12), st.text("./\\ab:", max_size=12))
def test_no_path_leads_outside(base, path):
    """A path gives a name inside the archive, or is refused."""
    try:
        name = archives.member_name(base, path)
    except RefusedError:
        return
    assert not name.startswith("/")
    assert ".." not in name.split("/")
