"""`pmflow eval`: how good the product's own rules are on labelled files; needs no database."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pmflow_core.cli.frame import Json, answer, command_group
from pmflow_core.evals import duplicates as duplicate_evals
from pmflow_core.evals import routing as routing_evals
from pmflow_core.evals import themes as theme_evals
from pmflow_core.evals.labelled import read_labelled

app = command_group("Measure on labelled files.")


@app.command()
def themes(
    file: Annotated[Path, typer.Argument(help="CSV or JSONL, gzip too.")],
    text: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    label: Annotated[str, typer.Option(help="Column of the true theme.")] = "label",
    exclude: Annotated[
        list[str] | None, typer.Option(help="A label to leave out; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Embed and cluster a labelled file and compare with its labels."""
    report = theme_evals.evaluate(file, text, label, exclude or ())
    summary = (
        f"{report.n:,} texts, {report.themes} themes: "
        f"ARI {report.ari:.3f}, NMI {report.nmi:.3f}, V {report.v_measure:.3f}"
    )
    answer(asdict(report), summary, as_json=as_json)


@app.command()
def duplicates(
    file: Annotated[
        Path, typer.Argument(help="JSONL or CSV with text1, text2, label, or with dup_group.")
    ],
    text: Annotated[str, typer.Option(help="Column of the text, with dup_group.")] = "text",
    body: Annotated[
        str, typer.Option(help="Column of what follows the text on the next line, if there is one.")
    ] = "body",
    as_json: Json = False,
) -> None:
    """Compare what the product calls alike with a labelled file."""
    report = duplicate_evals.evaluate(file, text, body)
    summary = (
        f"{report.n:,} rows, AUC {report.auc:.3f}; from a cosine of {report.threshold:.2f} on: "
        f"precision {report.precision:.3f}, recall {report.recall:.3f}, F1 {report.f1:.3f}"
    )
    ranks = ", ".join(
        f"{share:.3f} in the first {most}" for most, share in report.recall_at.items()
    )
    answer(asdict(report), f"{summary}\n{ranks}".strip(), as_json=as_json)


@app.command()
def routing(
    file: Annotated[Path, typer.Argument(help="CSV or JSONL, gzip too.")],
    text: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    label: Annotated[str, typer.Option(help="Column of the project.")] = "label",
    unknown: Annotated[
        list[str] | None,
        typer.Option(help="A label whose texts belong to no project; may be repeated."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="A label to leave out; may be repeated.")
    ] = None,
    examples: Annotated[
        int, typer.Option(min=1, help="Linked signals of a project, half of its texts at most.")
    ] = routing_evals.EXAMPLES,
    unseen: Annotated[
        int, typer.Option(min=0, help="How many labels, drawn at random, are unknown too.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of the draw of examples and unseen labels.")] = 0,
    as_json: Json = False,
) -> None:
    """Route the texts of a labelled file to its labels as projects, or to none of them."""
    setup = routing_evals.Setup(frozenset(unknown or ()), examples, unseen, seed)
    labelled = read_labelled(file, text, label, exclude or ())
    report = routing_evals.evaluate(labelled, setup)
    summary = (
        f"{report.n:,} texts, {report.labels} projects of {report.examples:,} examples: "
        f"accuracy {report.accuracy:.3f}, out-of-scope recall {report.oos_recall:.3f}, "
        f"AUROC {report.auroc:.3f}"
    )
    answer(asdict(report), summary, as_json=as_json)
