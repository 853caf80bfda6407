"""The files of this project, as the rules read them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PRODUCT = ("pmflow_core", "pmflow_ui", "worker")
FOREIGN = {"node_modules", "__pycache__", "dist", "uploaded_files", "external"}
HIDDEN_BUT_OURS = {".ci", ".gitignore"}
TEXT = {
    ".cfg", ".css", ".csv", ".gitignore", ".html", ".ini", ".js", ".json", ".jsonl", ".jsx",
    ".lock", ".mako", ".md", ".py", ".sh", ".sql", ".svg", ".toml", ".txt", ".yaml", ".yml", "",
}  # fmt: skip


class Source(NamedTuple):
    """One file: its path inside the project, with slashes, and its text."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        """Return the ending of its name."""
        return Path(self.path).suffix

    @property
    def is_product(self) -> bool:
        """Return whether it is installed with the product."""
        return self.path.split("/", 1)[0] in PRODUCT

    @property
    def is_migration(self) -> bool:
        """Return whether it is a migration, which is never changed once it is out."""
        return "/migrations/versions/" in self.path


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS
        if hidden or path.name in FOREIGN or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.suffix in TEXT and path.name != "tokenizer.json":
            yield path


def sources(root: Path = ROOT) -> list[Source]:
    """Return every text file of the project, without environments, caches and build output."""
    return [
        Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for path in _walk(root)
    ]
