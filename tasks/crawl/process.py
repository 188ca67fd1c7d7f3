"""The crawl's own process: `python -P -m tasks.crawl.process FOLDER` runs the job in a folder (Scrapy's reactor starts once)."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerProcess

from tasks.crawl.scout import Scout
from tasks.crawl.spider import PortalSpider
from tasks.crawl.spool import CrawlOptions, Job, Ledger, log_file, read_job
from tasks.crawl.walls import load_walls

_LONGEST_DELAY = 60.0
_COMPONENTS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {
        **dict.fromkeys(("data", "file", "ftp", "s3")),
        **dict.fromkeys(("http", "https"), "tasks.crawl.download.Patient"),
    },
    "DOWNLOADER_MIDDLEWARES": {
        "tasks.crawl.middleware.Gate": 40,
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "tasks.crawl.robots.Robots": 100,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "tasks.crawl.middleware.BackoffRetry": 550,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "tasks.crawl.unpack.Unpack": 590,
    },
    "SPIDER_MIDDLEWARES": {"tasks.crawl.middleware.Mishaps": 10},
    "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    "HTTPERROR_ALLOW_ALL": True,
    "COOKIES_ENABLED": False,
    "URLLENGTH_LIMIT": 0,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "EXTENSIONS": {"scrapy.extensions.logstats.LogStats": None},
}
_SHORTEST_DELAY = 0.001  # without any delay Scrapy 2.19 starts a host's waiting requests all at once, whatever their limit


def main(folder: Path) -> None:
    """Run the job."""
    job = read_job(folder)
    load_walls()  # what is wrong with the file is said before anything is asked for
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    process = CrawlerProcess(_settings(job, folder))
    with Ledger(folder) as ledger:
        process.crawl(Scout if job.scouting else PortalSpider, job=job, ledger=ledger)
        process.start()


def _end_with(parent: int) -> None:
    """A crawl whose night was killed must not go on asking sites."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _settings(job: Job, folder: Path) -> dict[str, Any]:
    return {
        **_manners(job.options),
        **_limits(job.options),
        **_COMPONENTS,
        **({} if job.options.allow_private else {"DNS_RESOLVER": "tasks.crawl.addresses.PublicResolver"}),
        "GOUJI_HOSTS": sorted(job.hosts),
        "GOUJI_ALLOW_PRIVATE": job.options.allow_private,
        "LOG_LEVEL": "ERROR",
        "LOG_FILE": str(log_file(folder)),
    }


def _manners(options: CrawlOptions) -> dict[str, Any]:
    """Who we are, and how often we ask."""
    return {
        "USER_AGENT": f"{options.user_agent} (+{options.contact})" if options.contact else options.user_agent,
        "ROBOTSTXT_USER_AGENT": options.user_agent,
        "CONCURRENT_REQUESTS": 0,  # no limit: else one slow host's waiting requests keep the others' out
        "DOWNLOAD_DELAY": max(options.delay_seconds, _SHORTEST_DELAY),
        "DOWNLOAD_DELAY_JITTER": 0,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "AUTOTHROTTLE_ENABLED": True,  # a host that answers slowly is asked more slowly, never faster than the delay
        "AUTOTHROTTLE_START_DELAY": 0,
        "AUTOTHROTTLE_MAX_DELAY": max(options.delay_seconds, _LONGEST_DELAY),
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "RETRY_TIMES": options.retries,
        "GOUJI_RETRY_SECONDS": options.retry_seconds,
        "GOUJI_HOSTS_AT_ONCE": options.hosts_at_once,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9"},
    }


def _limits(options: CrawlOptions) -> dict[str, Any]:
    """What an answer may cost us."""
    return {
        "DOWNLOAD_TIMEOUT": options.total_seconds,  # Patient keeps the limits
        "GOUJI_SILENCE_SECONDS": options.timeout_seconds,
        "GOUJI_ANSWER_SECONDS": options.answer_seconds,
        "GOUJI_PAGE_SECONDS": options.page_seconds,
        "DNS_TIMEOUT": options.timeout_seconds,
        "DOWNLOAD_MAXSIZE": options.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_MAXDELAY": 5,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
