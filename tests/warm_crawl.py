"""What a crawl's process imports and reads before it asks for anything: a process that has done so is forked for each crawl."""

from __future__ import annotations

import importlib

from scrapy.settings import default_settings

from tasks.crawl import process
from tasks.crawl.portal import load_portals
from tasks.crawl.walls import load_walls

for _setting in ("EXTENSIONS_BASE", "SPIDER_MIDDLEWARES_BASE", "DOWNLOADER_MIDDLEWARES_BASE", "DOWNLOAD_HANDLERS_BASE"):
    for _path in (*getattr(default_settings, _setting, {}), *getattr(default_settings, _setting, {}).values()):
        if isinstance(_path, str) and "." in _path:
            importlib.import_module(_path.rpartition(".")[0])
for _name in ("scrapy.core.engine", "scrapy.core.downloader.contextfactory", "tasks.crawl.download", "tasks.crawl.robots"):
    importlib.import_module(_name)
for _name in ("middleware", "unpack"):
    importlib.import_module(f"tasks.crawl.{_name}")
load_portals(), load_walls()

main = process.main
