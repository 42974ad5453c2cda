"""Counting what somebody does: a click, a choice, a filled field or a page that was asked for is one step each."""

from playwright.sync_api import Locator


class Steps:
    def __init__(self) -> None:
        self.taken: list[str] = []

    @property
    def count(self) -> int:
        return len(self.taken)

    def click(self, target: Locator) -> None:
        self.taken.append(f"click {target}")
        target.click()

    def check(self, target: Locator) -> None:
        self.taken.append(f"check {target}")
        target.check()

    def choose(self, target: Locator, label: str) -> None:
        self.taken.append(f"choose {label}")
        target.select_option(label=label)

    def fill(self, target: Locator, text: str) -> None:
        self.taken.append(f"fill {text}")
        target.fill(text)
