"""The page of background jobs and nudges."""

import inspect
from collections.abc import Callable
from importlib import import_module

from docs.generator.markdown import code, first_line, page, table
from pmflow_core.events import topics
from pmflow_core.jobs import QUEUE, Job

_JOBS = f"""
All jobs wait in one queue, `{QUEUE}`. A job carries ids and nothing else; the rows they name are
the truth, so a job that is lost is offered again and one that runs twice does its work once.
"""
_TOPICS = f"""
## Nudges

After a commit, "something under this topic changed" is published on the Redis channel
`{topics.CHANNEL}`. The message is the topic and nothing else; whoever hears it reads the rows
again, with their own rights.
"""


def render() -> str:
    """Return the page."""
    jobs = [[code(job.value), _words(job)] for job in Job]
    named = [
        (name, each)
        for name, each in inspect.getmembers(topics, inspect.isfunction)
        if each.__module__ == topics.__name__
    ]
    found = [[code(name), code(_pattern(each)), first_line(each.__doc__)] for name, each in named]
    return page(
        "Background jobs and nudges",
        _JOBS,
        table(["Job", "What it does"], jobs),
        _TOPICS,
        table(["Function", "Topic", "What it returns"], found),
    )


def _words(job: Job) -> str:
    module, _, name = job.value.rpartition(".")
    return first_line(getattr(import_module(module), name).__doc__)


def _pattern(topic: Callable[..., str]) -> str:
    names = list(inspect.signature(topic).parameters)
    return topic(*(f"{{{name}}}" for name in names))
