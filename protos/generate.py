"""Make the Python code of the contract: `python protos/generate.py [FOLDER]` writes zhunru/v1 there (default: client/).

Run it with the pinned grpcio-tools after each change of a .proto file and commit what it writes.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
CLIENT = PROTOS.parent / "client"


def generate(folder: Path) -> None:
    """Write the generated modules under `folder`, which must exist."""
    messages = [f"zhunru/v1/{path.name}" for path in sorted(PROTOS.glob("zhunru/v1/*.proto"))]
    services = ["zhunru/v1/policy.proto"]
    includes = [f"-I{PROTOS}", f"-I{files('grpc_tools') / '_proto'}"]
    for outputs, names in (
        ([f"--python_out={folder}", f"--pyi_out={folder}"], messages),
        ([f"--grpc_python_out={folder}"], services),
    ):
        if protoc.main(["protoc", *includes, *outputs, *names]) != 0:
            sys.exit("protoc refused the contract; its messages stand above")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else CLIENT)
