"""The chain is tested on the small city of the drainage twin."""

from tests.twin.drainage.conftest import hanoi, heard, plan, settings, small

__all__ = ["hanoi", "heard", "plan", "settings", "small"]
