"""What many ask for at once is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from quizzes import shared_cache


def test_what_is_dear_is_made_by_one_thread_while_the_others_wait() -> None:
    made, begun = [], threading.Barrier(4, timeout=30)

    def make() -> str:
        made.append(threading.get_ident())
        threading.Event().wait(0.05)  # the others have asked by then
        return "a board"

    def ask(_number: int) -> str:
        begun.wait()
        return shared_cache.make_once("a-key-of-this-test", make, seconds=60)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == ["a board"] * 4
    assert len(made) == 1
