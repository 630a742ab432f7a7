"""The packages that only evaluation and training need: the project's extra "evaluation"."""

from importlib.util import find_spec

from rag.errors import PackagesMissingError

# The name that is imported, and the name that pip installs.
PACKAGES = {
    "ir_measures": "ir-measures",
    "matplotlib": "matplotlib",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torchmetrics": "torchmetrics",
}


def require_evaluation_packages() -> None:
    """Check, without importing them, that the packages of the extra are installed.

    Raises:
        PackagesMissingError: at least one of them is not.
    """
    missing = [package for module, package in PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise PackagesMissingError(
            f"Evaluation needs packages that are not installed: {', '.join(missing)}.",
            "Install them: pip install 'caspian-indus-reader[evaluation]'",
        )
