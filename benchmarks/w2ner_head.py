"""The head of W2NER (Li et al. 2022, arXiv:2112.10070) as the paper describes it, to be measured beside ours.

A BiLSTM over the words, a conditional layer norm for each pair of words, embeddings of distance and of the region of
the grid, dilated convolutions, and the sum of a biaffine and a feed-forward predictor. Sizes are those that its authors
give for CoNLL-2003, as recalled.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

WORD, DISTANCE, REGION, CHANNELS, BIAFFINE, FEED_FORWARD, DILATIONS = 512, 20, 20, 96, 512, 288, (1, 2, 3)


class W2NERHead(nn.Module):
    """Logits [R, L, L, labels] from word vectors [R, L, `hidden`]."""

    def __init__(self, hidden: int, labels: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.lstm = nn.LSTM(hidden, WORD // 2, batch_first=True, bidirectional=True)
        self.scale, self.shift = nn.Linear(WORD, WORD), nn.Linear(WORD, WORD)
        nn.init.zeros_(self.scale.weight)
        nn.init.ones_(self.scale.bias)
        self.distance, self.region = nn.Embedding(20, DISTANCE), nn.Embedding(2, REGION)
        self.reduce = nn.Conv2d(WORD + DISTANCE + REGION, CHANNELS, kernel_size=1)
        self.convolutions = nn.ModuleList(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=d, dilation=d) for d in DILATIONS)
        self.first, self.second = nn.Linear(WORD, BIAFFINE), nn.Linear(WORD, BIAFFINE)
        self.biaffine = nn.Parameter(0.02 * torch.randn(labels, BIAFFINE + 1, BIAFFINE + 1))
        self.feed_forward = nn.Linear(CHANNELS * len(DILATIONS), FEED_FORWARD)
        self.predict = nn.Linear(FEED_FORWARD, labels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        words = self.dropout(self.lstm(vectors)[0])
        grid = self._convolved(words).permute(0, 2, 3, 1)
        ones = words.new_ones(*words.shape[:2], 1)
        first = torch.cat([self.dropout(functional.gelu(self.first(words))), ones], dim=-1)
        second = torch.cat([self.dropout(functional.gelu(self.second(words))), ones], dim=-1)
        pairs = torch.einsum("rih,chg,rjg->rijc", first, self.biaffine, second)
        return pairs + self.predict(functional.gelu(self.feed_forward(self.dropout(grid))))

    def _convolved(self, words: Tensor) -> Tensor:
        """[R, 3 x CHANNELS, L, L]: what each dilation in turn makes of the grid of word pairs."""
        plain = functional.layer_norm(words, (WORD,))[:, None]
        pairs = plain * self.scale(words)[:, :, None] + self.shift(words)[:, :, None]
        distance = torch.arange(words.shape[1])[None] - torch.arange(words.shape[1])[:, None]
        bucket = distance.abs().clamp(min=1).log2().long().clamp(max=8) + 1
        number = torch.where(distance == 0, 19, torch.where(distance < 0, bucket + 9, bucket))
        known = torch.cat([self.distance(number), self.region((distance > 0).long())], dim=-1)
        grid = torch.cat([pairs, known.expand(len(words), -1, -1, -1)], dim=-1).permute(0, 3, 1, 2)
        grid, found = functional.gelu(self.reduce(self.dropout(grid))), []
        for convolution in self.convolutions:
            grid = functional.gelu(convolution(grid))
            found.append(grid)
        return torch.cat(found, dim=1)
