"""Tensors that are read when they are used: the numbers that the library gives, and damaged files."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from index.models.mapped import mapped_tensor

TENSORS = {
    "bytes": np.arange(30, dtype=np.uint8).reshape(2, 3, 5),
    "numbers": np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3),
    "halves": np.zeros((2, 2), dtype=np.float16),
}


@pytest.fixture
def path(tmp_path):
    """A file with a tensor of each type."""
    save_file(TENSORS, tmp_path / "some.safetensors")
    return tmp_path / "some.safetensors"


@pytest.mark.parametrize("name", ["bytes", "numbers"])
def test_a_tensor_is_what_the_library_gives(path, name):
    """Its shape, its type and its numbers; nobody can write into it."""
    tensor = mapped_tensor(path, name)
    assert tensor.dtype == TENSORS[name].dtype
    assert np.array_equal(tensor, load_file(path)[name])
    with pytest.raises(ValueError, match="read-only"):
        tensor[0] = 0


@pytest.mark.parametrize("name", ["halves", "none", "__metadata__"])
def test_another_tensor_is_an_error(path, name):
    """One that the file lacks, or of a type that nothing here has."""
    with pytest.raises(ValueError, match=f"holds no tensor {name}"):
        mapped_tensor(path, name)


@pytest.mark.parametrize("content", [None, b"", b"no tensors", b"\xff" * 64, b"\x04\0\0\0\0\0\0\0null"])
def test_a_file_that_is_missing_or_damaged_is_an_error(path, content):
    """Whatever is wrong with it, and however many bytes it says that it has."""
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="."):
        mapped_tensor(path, "bytes")


@pytest.mark.parametrize("change", [{"shape": [2000, 3, 5]}, {"shape": "none"}, {"data_offsets": [1 << 40, 1 << 41]}])
def test_a_description_of_more_than_there_is_is_an_error(path, change):
    """A file that was cut off, or describes something else."""
    header = json.dumps({"bytes": {"dtype": "U8", "shape": [2, 3, 5], "data_offsets": [0, 30]} | change}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(30))
    with pytest.raises(ValueError, match="."):
        mapped_tensor(path, "bytes")
