"""Writes chinese.bin: python3 chinese.py words.vector vocab.txt traditional.txt chinese.bin (needs numpy).

The first two are of Synonyms: word2vec's vectors of Chinese Wikipedia, and how often words are seen. Words of up to six Han characters, most
frequent first, in simplified characters. What all words share is taken out: the mean, and the five directions in which they differ most (Mu
and Viswanath, 2018). Frequent words are short: a / (a + p), with a = 0.001 (Arora and others, 2017). The form is that of english.bin.
"""

import re
import sys
from collections import Counter

import numpy

WORDS, LENGTH, DIRECTIONS, A = 60_000, 100, 5, 1e-3

vectors, seen, traditional, to = sys.argv[1:]
with open(traditional) as file:
    simplified = str.maketrans({line[0]: line[1] for line in file})
times = Counter()
with open(seen) as file:
    for word, count, *_ in (line.split() for line in file if len(line.split()) > 1):
        if count.isdigit():
            times[word.translate(simplified)] += int(count)
with open(vectors, "rb") as file:
    count, length = map(int, file.readline().split())
    data, at, rows = file.read(), 0, {}
for _ in range(count):
    end = data.index(b" ", at)
    word = data[at:end].decode(errors="replace").strip()
    simple = word.translate(simplified)
    # The simplified spelling's own vector, where there is one.
    if re.fullmatch("[\u4e00-\u9fff]{1,6}", word) and (simple == word or simple not in rows):
        rows[simple] = numpy.frombuffer(data, numpy.float32, length, end + 1)
    at = end + 1 + 4 * length

words = sorted(rows, key=lambda word: (-times[word], word))[:WORDS]
rows = numpy.array([rows[word] for word in words], float)
rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
rows -= rows.mean(0)
for direction in numpy.linalg.svd(rows, full_matrices=False)[2][:DIRECTIONS]:
    rows -= numpy.outer(rows @ direction, direction)
share = numpy.array([times[word] for word in words]) / times.total()
rows *= (A / (A + share))[:, None]
rows /= numpy.median(numpy.linalg.norm(rows, axis=1))
assert rows.shape[1] == LENGTH
with open(to, "wb") as file:
    for word, row in zip(words, rows):
        letters, scale = word.encode(), abs(row).max() / 127
        file.write(bytes([len(letters)]) + letters + numpy.float32(scale).tobytes() + numpy.round(row / scale).astype(numpy.int8).tobytes())
