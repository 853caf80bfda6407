"""The process that reconciles every few seconds, whatever the workers are doing."""

import argparse
import os
import signal
import socket
import threading
import time
from types import FrameType

from pmflow_core.settings import Settings
from worker.bootstrap import started
from worker.reconcile import (
    beat,
    forget,
    forget_ended,
    forget_old_events,
    reconcile,
    sweep_models,
    sweep_themes,
)

SWEEP_S = 60.0


def run(settings: Settings) -> None:
    """Reconcile until SIGTERM or SIGINT."""
    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    name = f"scheduler-{socket.gethostname()}-{os.getpid()}"
    swept_at = 0.0
    while not stop.is_set():
        beat(name, "scheduler")
        reconcile()
        if time.monotonic() - swept_at > SWEEP_S:
            swept_at = time.monotonic()
            sweep_themes()
            sweep_models()
            forget_ended()
            forget_old_events()
        stop.wait(settings.reconcile_s)
    forget(name)


def main(_arguments: argparse.Namespace) -> int:
    """Reconcile until told to stop."""
    with started() as process:
        run(process.settings)
    return 0
