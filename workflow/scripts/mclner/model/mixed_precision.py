"""Which number format the encoder computes in."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

import torch

GIVEN_GPUS = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "CUDA_VISIBLE_DEVICES")  # set and not empty: this job has some


def use_bfloat16(precision: str) -> bool:
    """`auto` means bfloat16 on a GPU, or on a processor with instructions for it (AVX512-BF16, AMX)."""
    if precision != "auto":
        return precision == "bfloat16"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def describe_device(precision: str) -> str:
    """Where and in which number format it will be computed; with a warning where a GPU was given and cannot be used."""
    number_format = "bfloat16" if use_bfloat16(precision) else "float32"
    if torch.cuda.is_available():
        return f"on {torch.cuda.get_device_name()} in {number_format}"
    given = [name for name in GIVEN_GPUS if os.environ.get(name)]
    unused = f" ALTHOUGH {given[0]} names a GPU: torch cannot use it (driver too old?)" if given else ""
    return f"on the processor in {number_format}{unused}"


def autocast(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """Automatic mixed precision on `device` for a block of code."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=use_bfloat16(precision))


def pass_overhead() -> int:
    """What a pass of the encoder costs by itself, in subwords: little on a processor, on a GPU its many launches."""
    return 8192 if torch.cuda.is_available() else 64  # the first is estimated, the second measured
