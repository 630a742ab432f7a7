"""A tensor of a safetensors file as memory that the system reads when it is used, and may forget again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"U8": np.uint8, "F32": np.float32}  # by their names in a file
_LENGTH = 8  # bytes of the number with which a file begins: how long the description of its tensors is


def mapped_tensor(path: Path, name: str) -> NDArray[Any]:
    """The tensor of that name, of bytes or of float32; no row is read before it is used.

    Raises:
        ValueError: the file is missing or damaged, or holds no such tensor.

    Source: https://github.com/huggingface/safetensors#format
    """
    try:
        with path.open("rb") as file:
            described = int.from_bytes(file.read(_LENGTH), "little")
            if described > path.stat().st_size:
                raise ValueError(f"{path.name} is no safetensors file")
            tensor = json.loads(file.read(described))[name]
            start, _ = tensor["data_offsets"]
            kind, shape = np.dtype(_TYPES[tensor["dtype"]]), tuple(tensor["shape"])
            return np.asarray(np.memmap(file, kind, "r", _LENGTH + described + start, shape))
    except OSError as error:
        raise ValueError(str(error)) from error
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name} holds no tensor {name} of bytes or float32") from error
