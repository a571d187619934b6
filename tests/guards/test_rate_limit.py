"""Requests a minute: the bucket with a clock of its own, and the service over a real connection."""

from pathlib import Path

import httpx2
import pytest

from api.guards.rate_limit import RateLimit
from rag.errors import RateLimited
from tests.guards.test_access import ASKING, UNKNOWN, WRITING, bearer, service_app
from tests.test_api import check_problem, served


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 123_456.789

    def __call__(self) -> float:
        return self.seconds


def passed(rate_limit: RateLimit, caller: str, *, tries: int) -> int:
    """Return how many of so many requests are let through."""
    count = 0
    for _ in range(tries):
        try:
            rate_limit.take(caller)
        except RateLimited:
            continue
        count += 1
    return count


@pytest.mark.parametrize("limit", [*range(1, 100), 997, 1_000_000 // 7])
def test_the_requests_of_one_minute_may_come_at_once(limit: int) -> None:
    rate_limit = RateLimit(limit, clock=Clock())
    assert passed(rate_limit, "a", tries=limit + 3) == limit
    assert passed(rate_limit, "b", tries=1) == 1


def test_the_bucket_refills_evenly_up_to_its_capacity() -> None:
    clock = Clock()
    rate_limit = RateLimit(6, clock=clock)
    assert passed(rate_limit, "a", tries=10) == 6
    with pytest.raises(
        RateLimited, match=r"^The limit is 6 requests a minute: wait 10\.0 seconds\.$"
    ) as refused:
        rate_limit.take("a")
    assert refused.value.retry_after_seconds == 10.0
    clock.seconds += 4
    with pytest.raises(RateLimited, match=r"wait 6\.0 seconds"):
        rate_limit.take("a")
    clock.seconds += 6.001
    assert passed(rate_limit, "a", tries=3) == 1
    clock.seconds += 3600
    assert passed(rate_limit, "a", tries=10) == 6


def test_a_caller_below_the_limit_is_never_refused() -> None:
    clock = Clock()
    rate_limit = RateLimit(45, clock=clock)
    for _ in range(500):
        clock.seconds += 1.5  # 40 a minute
        rate_limit.take("a")


def test_without_a_limit_every_request_passes() -> None:
    assert passed(RateLimit(0), "a", tries=10_000) == 10_000


def test_only_the_most_recent_callers_are_remembered() -> None:
    rate_limit = RateLimit(1, clock=Clock())
    for number in range(10_000):
        rate_limit.take(str(number))
    assert passed(rate_limit, "0", tries=1) == 0  # and is remembered anew
    for number in range(10_000, 19_999):
        rate_limit.take(str(number))
    assert [passed(rate_limit, name, tries=1) for name in ("0", "10000", "1", "9999")] == [0, 0, 1, 1]


def test_several_processes_share_the_buckets_of_a_file(tmp_path: Path) -> None:
    clock = Clock()
    first, second = (RateLimit(50, shared_file=tmp_path / "rates", clock=clock) for _ in range(2))
    assert passed(first, "a", tries=10) == 10
    assert passed(second, "a", tries=100) == 40
    assert passed(first, "a", tries=1) == 0
    clock.seconds += 12
    assert passed(second, "a", tries=100) == 10
    assert passed(first, "a", tries=100) == 0


def test_each_key_has_its_own_bucket_and_requests_without_a_key_count_by_address(tmp_path: Path) -> None:
    with (
        service_app(tmp_path, api_keys=ASKING, admin_keys=WRITING, rate_limit="2") as app,
        served(app) as url,
    ):

        def found(key: str | None, path: str = "/v1/models") -> list[int]:
            headers = list(bearer(key)) if key else []
            return [httpx2.get(f"{url}{path}", headers=headers).status_code for _ in range(4)]

        assert found(ASKING) == [200, 200, 429, 429]
        assert found(WRITING) == [200, 200, 429, 429]
        assert found(UNKNOWN) == [401, 401, 429, 429]
        assert found(None) == [429, 429, 429, 429]
        for path in ("/health/live", "/health/ready", "/", "/page/page.js"):
            assert found(None, path) == [200] * 4
        reply = httpx2.get(f"{url}/v1/articles", headers=list(bearer(ASKING)))
        assert check_problem(reply, 429)["type"] == "urn:kutip:error:RateLimited"
        assert 1 <= int(reply.headers["Retry-After"]) <= 30
        chat = httpx2.get(f"{url}/v1/models", headers=list(bearer(ASKING)))
        assert chat.json()["error"]["code"] == "rate_limit_exceeded"
        assert int(chat.headers["Retry-After"]) >= 1


def test_a_new_server_begins_with_full_buckets(tmp_path: Path) -> None:
    for _ in range(2):
        with service_app(tmp_path, rate_limit="1") as app, served(app) as url:
            statuses = [httpx2.get(f"{url}/v1/models").status_code for _ in range(2)]
        assert statuses == [200, 429]


def test_without_keys_each_address_has_its_own_bucket(tmp_path: Path) -> None:
    with service_app(tmp_path, rate_limit="1") as app, served(app) as url:
        # uvicorn takes the word of a proxy on this machine.
        found = [
            httpx2.get(f"{url}/v1/models", headers={"X-Forwarded-For": address}).status_code
            for address in (
                *("192.0.2.1", "192.0.2.1", "192.0.2.2", "9.9.9.9, 192.0.2.1"),
                *("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1", "nonsense", "nonsense"),
            )
        ]
    assert found == [200, 429, 200, 429, 200, 429, 200, 200, 429]
