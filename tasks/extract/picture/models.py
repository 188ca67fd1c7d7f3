"""The two networks of RapidOCR (text detection, text recognition) as ONNX sessions; its wheel carries their weights.

Only the weights are taken from the package; nothing of its code runs, so nothing is fetched and nothing is logged.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.errors import NoTextLayer

THREADS = 2
Array = NDArray[np.float32]


def is_installed() -> bool:
    """Whether the optional extra is there."""
    return all(importlib.util.find_spec(name) for name in ("cv2", "onnxruntime", "rapidocr"))


def require(where: str) -> None:
    """Raise NoTextLayer with the remedy where the optional extra is missing."""
    if not is_installed():
        raise NoTextLayer(
            "a picture, without any text",
            where=where,
            expected="a document with text",
            remedy='pip install "gouji[ocr]" reads it.',
        )


def detect_text(picture: Array) -> Array:
    """1 × 3 × height × width, both multiples of 32 → the probability of text at each pixel, height × width."""
    session = _session("det")
    return np.asarray(session.run(None, {session.get_inputs()[0].name: picture})[0][0, 0], dtype=np.float32)


def recognise(batch: Array) -> Array:
    """n × 3 × 48 × width → n × steps × characters, probabilities; character 0 is the blank."""
    session = _session("rec")
    return np.asarray(session.run(None, {session.get_inputs()[0].name: batch})[0], dtype=np.float32)


@cache
def characters() -> tuple[str, ...]:
    """What each column of a recognition stands for: the blank, the characters, the space."""
    listed = _session("rec").get_modelmeta().custom_metadata_map["character"].split("\n")
    return ("", *listed, " ")


@cache
def _session(kind: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False  # the arena keeps the largest page's memory for ever
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(_weights(kind)), options, providers=["CPUExecutionProvider"])


def _weights(kind: str) -> Path:
    spec = importlib.util.find_spec("rapidocr")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = sorted(path for folder in folders for path in Path(folder).glob(f"models/*_{kind}_*.onnx"))
    if not found:
        raise NoTextLayer(
            f"RapidOCR came without its {kind} model",
            expected="a wheel with models in it",
            remedy='Install the pinned version: pip install -c constraints.txt "gouji[ocr]".',
        )
    return found[0]
