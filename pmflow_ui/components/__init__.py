"""The parts that pages are made of: plain markup with the classes of `assets/css`."""

import reflex as rx

Text = str | rx.Var[str]
Flag = bool | rx.Var[bool]
Number = int | rx.Var[int]
