"""钉钉 DingTalk, 企业微信 WeCom, 飞书 Feishu and plain webhooks: Apprise's plugins, sending the documented Markdown forms.

Apprise fixes the hosts of the chat services; a `+` in the scheme names a gateway: `dingtalk+https://host:port/path?token=…`, to
whose path the service's own parameters are added. An answer of status 200 that holds an error code is a refusal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlsplit

from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from tasks.alert.parcel import Carrier, Parcel
from tasks.alert.refusal import Line, Refusal, post
from tasks.alert.services import load_channels

KEY_HEADER = "X-Gouji-Key"
_LARK = "https://open.larksuite.com/open-apis/bot/v2/hook/{token}"


class DingTalk(NotifyDingTalk):  # type: ignore[misc]
    """A DingTalk group robot; `secret` signs every request with the time."""

    def carry(self, parcel: Parcel) -> None:
        """Send as msgtype markdown. Raises Refusal."""
        url = self.notify_url.format(token=self.token)
        if self.secret:
            timestamp, sign = self.get_signature()  # already quoted
            url += f"&timestamp={timestamp}&sign={sign}"
        payload = {
            "msgtype": "markdown",
            "markdown": {"title": parcel.subject, "text": parcel.text},
            "at": {"atMobiles": self.targets, "isAtAll": False},
        }
        _check(post(url, payload, {KEY_HEADER: parcel.key}, _line(self)), "dingtalk", "errcode", "errmsg")


class WeCom(NotifyWeComBot):  # type: ignore[misc]
    """A WeCom group robot."""

    def carry(self, parcel: Parcel) -> None:
        """Send as msgtype markdown. Raises Refusal."""
        payload = {"msgtype": "markdown", "markdown": {"content": parcel.text}}
        url = self.notify_url.format(key=self.key)
        _check(post(url, payload, {KEY_HEADER: parcel.key}, _line(self)), "wecom", "errcode", "errmsg")


class Feishu(NotifyFeishu):  # type: ignore[misc]
    """A Feishu or Lark group robot; `secret` signs every request with the time."""

    notify_url = "https://open.feishu.cn/open-apis/bot/v2/hook/{token}"  # Apprise's ends in a slash that Feishu does not document

    def __init__(self, secret: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.secret = secret

    def carry(self, parcel: Parcel) -> None:
        """Send as an interactive card with one Markdown element. Raises Refusal."""
        payload: dict[str, Any] = {
            "msg_type": "interactive",
            "card": {
                "config": {"wide_screen_mode": True},
                "header": {"title": {"tag": "plain_text", "content": parcel.subject}},
                "elements": [{"tag": "markdown", "content": parcel.text}],
            },
        }
        if self.secret:
            timestamp = str(int(time.time()))
            payload = {"timestamp": timestamp, "sign": feishu_sign(timestamp, self.secret), **payload}
        answer = post(self.notify_url.format(token=self.token), payload, {KEY_HEADER: parcel.key}, _line(self))
        _check(answer, "feishu", "code", "msg")


class Webhook(NotifyJSON):  # type: ignore[misc]
    """Apprise's JSON webhook, with the parcel's key and links beside the fields that Apprise documents."""

    def carry(self, parcel: Parcel) -> None:
        """Send. Raises Refusal."""
        scheme, port = "https" if self.secure else "http", f":{self.port}" if self.port else ""
        payload = {
            "version": self.json_version,
            "title": parcel.subject,
            "message": parcel.text,
            "attachments": [],
            "type": "info",
            "key": parcel.key,
            "links": [{"name": name, "url": url} for name, url in parcel.links],
            **self.payload_extras,
        }
        post(f"{scheme}://{self.host}{port}{self.fullpath}", payload, {KEY_HEADER: parcel.key, **self.headers}, _line(self))


def feishu_sign(timestamp: str, secret: str) -> str:
    """Feishu's signature: HMAC-SHA256 of nothing, under the time (in seconds) and the secret as key, in base64."""
    return base64.b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()).decode()


# By service: the plugin, the name of its token, and the parameter that carries it (Feishu's stands in the path).
_PLUGINS: dict[str, tuple[Any, str, str]] = {
    "dingtalk": (DingTalk, "token", "access_token"),
    "wecom": (WeCom, "key", "key"),
    "feishu": (Feishu, "token", ""),
}


def chat(service: str, url: str) -> Carrier | None:
    """The plugin for a URL of one of these services, or None when the URL cannot be one of theirs."""
    if service == "webhook":
        return _made(Webhook, Webhook.parse_url(url))  # type: ignore[no-any-return]
    plugin, name, parameter = _PLUGINS[service]
    scheme, _, rest = url.partition("://")
    way = scheme.partition("+")[2]
    parsed = plugin.parse_url(f"{scheme.partition('+')[0]}://{rest}")
    if parsed is None:
        return None
    if service == "feishu":
        parsed["secret"] = parsed["qsd"].get("secret", "")
    if way:
        parsed[name] = parsed["qsd"].get("token") or parsed["qsd"].get("key", "")
        parsed.pop("targets", None)
    made = _made(plugin, parsed)
    if made is None:
        return None
    if way:
        split = urlsplit(url)
        path = split.path.rstrip("/")
        query = f"?{parameter}={{{name}}}" if parameter else f"/{{{name}}}"
        host = f"{split.hostname}:{split.port}" if split.port else split.hostname
        made.notify_url = f"{way}://{host}{path.replace('{', '{{').replace('}', '}}')}{query}"
    elif scheme == "lark":
        made.notify_url = _LARK
    return made  # type: ignore[no-any-return]


def _made(plugin: Any, parsed: dict[str, Any] | None) -> Any:
    try:
        return plugin(**parsed) if parsed else None
    except TypeError:  # what Apprise raises for a token that cannot be one
        return None


def _line(plugin: Any) -> Line:
    auth = (plugin.user, plugin.password or "") if isinstance(plugin, NotifyJSON) and plugin.user else None
    return Line(plugin.request_timeout, plugin.verify_certificate, auth)


def _check(body: bytes, service: str, code_name: str, words_name: str) -> None:
    """Raise Refusal unless the answer's error code is 0."""
    try:
        answer = json.loads(body)
        code = answer.get(code_name, answer.get("StatusCode"))
    except (ValueError, AttributeError):
        raise Refusal("it answered 200, but not with the JSON that it documents", is_passing=True) from None
    if code != 0:
        words = answer.get(words_name) or answer.get("StatusMessage") or "no words"
        is_passing = code in load_channels().services[service].passing
        raise Refusal(f"it answered with {code_name} {code}: {words}", is_passing=is_passing)
