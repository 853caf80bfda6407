"""The process that reconciles every few seconds and keeps the clock, whatever workers do."""

import argparse
import os
import signal
import socket
import threading
import time
from types import FrameType

from pmflow_core.settings import Settings
from worker.bootstrap import started
from worker.cron import Cron
from worker.reconcile import (
    beat,
    forget,
    forget_ended,
    forget_old_events,
    forget_old_messages,
    reconcile,
    sweep_models,
    sweep_themes,
    tell_snoozed,
)

SWEEP_S = 60.0


def run(settings: Settings, redis_url: str | None) -> None:
    """Reconcile, and offer what is due by the clock, until SIGTERM or SIGINT."""
    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    name = f"scheduler-{socket.gethostname()}-{os.getpid()}"
    cron = Cron(name, redis_url)
    swept_at = 0.0
    while not stop.is_set():
        beat(name, "scheduler")
        reconcile()
        tell_snoozed()
        cron.tick()
        if time.monotonic() - swept_at > SWEEP_S:
            swept_at = time.monotonic()
            sweep_themes()
            sweep_models()
            forget_ended()
            forget_old_events()
            forget_old_messages()
        stop.wait(settings.reconcile_s)
    cron.leave()
    forget(name)


def main(_arguments: argparse.Namespace) -> int:
    """Reconcile until told to stop."""
    with started() as process:
        run(process.settings, process.urls.redis)
    return 0
