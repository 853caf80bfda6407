"""RQ's own lists, read and put right by an operator."""

import pytest
from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from pmflow_core import jobs
from pmflow_core.errors import NotFound
from pmflow_core.operations import queues
from pmflow_core.operations.queues import JobCannotBeRequeued, QueueAway


def offer(url: str, function: str = "os.getcwd", job_id: str = "one") -> None:
    with Redis.from_url(url) as redis:
        jobs.queue(redis).enqueue(function, job_id=job_id, failure_ttl=300)


def work(url: str) -> None:
    with Redis.from_url(url) as redis:
        queue = jobs.queue(redis)
        SimpleWorker([queue], connection=redis, serializer=JSONSerializer).work(burst=True)


def sizes(url: str) -> dict[str, int]:
    return {each.name: each.jobs for each in queues.read_queues(url).registries if each.jobs}


def test_a_queued_job_is_shown_with_its_function_and_ids(redis_url: str) -> None:
    offer(redis_url)
    read = queues.read_queues(redis_url)
    assert [(job.id, job.function, job.status) for job in read.jobs] == [
        ("one", "os.getcwd", "queued")
    ]
    assert (read.total, sizes(redis_url)) == (1, {"queued": 1})


def test_a_failed_job_shows_why_and_goes_back_once(redis_url: str) -> None:
    offer(redis_url, "json.loads")
    work(redis_url)
    [job] = queues.read_queues(redis_url, "failed").jobs
    assert "TypeError" in job.exception
    queues.requeue(redis_url, "one", "operator")
    assert sizes(redis_url) == {"queued": 1}
    with pytest.raises(JobCannotBeRequeued):
        queues.requeue(redis_url, "one", "operator")


def test_a_job_is_deleted_and_then_there_is_none(redis_url: str) -> None:
    offer(redis_url)
    queues.delete(redis_url, "one", "operator")
    assert sizes(redis_url) == {}
    with pytest.raises(NotFound):
        queues.delete(redis_url, "one", "operator")


def test_a_list_that_rq_does_not_keep_is_not_found(redis_url: str) -> None:
    with pytest.raises(NotFound):
        queues.read_queues(redis_url, "others")


def test_a_server_says_what_it_is(redis_url: str) -> None:
    read = queues.read_server(redis_url)
    assert read.version
    assert read.used_bytes > 0


def test_a_server_that_is_away_is_said_so() -> None:
    with pytest.raises(QueueAway):
        queues.read_queues("redis://127.0.0.1:1/0")
    with pytest.raises(QueueAway):
        queues.delete("redis://127.0.0.1:1/0", "one", "operator")
