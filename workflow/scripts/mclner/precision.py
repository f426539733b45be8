"""Which number format the encoder computes in."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def use_bfloat16(precision: str) -> bool:
    """`auto` means bfloat16 on a GPU, or on a processor with instructions for it (AVX512-BF16, AMX)."""
    if precision != "auto":
        return precision == "bfloat16"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def autocast(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """Automatic mixed precision on `device` for a block of code."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=use_bfloat16(precision))
