"""The pictures of the documentation: each is of a page, each is shown, none is large."""

from pathlib import Path

from docs.pictures import IMAGES, shown, take_over
from pmflow_ui.routes import ROUTES
from tests.e2e.tour import LOOKS, page_name

MOST_BYTES = 2_000_000


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    assert {file.name for file in IMAGES.iterdir()} == shown()


def test_every_shown_picture_is_of_a_page_in_a_look() -> None:
    names = {page_name(route.path) for route in ROUTES}
    taken = {f"{name}-{how.name}.webp" for name in names for how in LOOKS}

    assert shown() <= taken
    assert len(names) == len(ROUTES)


def test_the_pictures_stay_small() -> None:
    assert sum(file.stat().st_size for file in IMAGES.iterdir()) < MOST_BYTES


def test_a_picture_that_no_page_of_the_dashboard_has_is_named(tmp_path: Path) -> None:
    taken, kept = tmp_path / "taken", tmp_path / "kept"
    taken.mkdir()
    kept.mkdir()
    (kept / "old-light.webp").write_bytes(b"old")
    (taken / "board-light.webp").write_bytes(b"new")

    missing = take_over(taken, kept)

    assert "board-light.webp" not in missing
    assert set(missing) == shown() - {"board-light.webp"}
    assert [file.name for file in kept.iterdir()] == ["board-light.webp"]
