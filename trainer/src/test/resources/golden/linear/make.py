"""Makes golden.json: what scikit-learn makes of a few sentences. Run: python make.py > golden.json"""
import json
import random

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

random.seed(7)
VERBS = ["order", "cancel", "refund", "track", "block", "Bezahle", "trouve"]
THINGS = ["my card", "the parcel", "a payment!", "Überweisung", "crème brûlée", "№ 42_a", "it"]
ENDS = ["please", "NOW", "", "?!", "a.s.a.p.", "日本語 テスト", "card card"]
texts, labels = [], []
for label, verb in enumerate(VERBS[:5]):
    for _ in range(12):
        own = verb if random.random() < 0.8 else random.choice(VERBS)
        texts.append(f"{own} {random.choice(THINGS)} {random.choice(ENDS)}".strip())
        labels.append(label)
unseen = ["cancel the card", "zzz qqq", "REFUND ma crème", "track\tit  42", "x", "№"]

words = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True)
chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
# The texts go through NFKC first, as distill's do.
from unicodedata import normalize  # noqa: E402

def composed(several):
    return [normalize("NFKC", text) for text in several]

x = hstack([words.fit_transform(composed(texts)), chars.fit_transform(composed(texts))]).tocsr()
z = hstack([words.transform(composed(unseen)), chars.transform(composed(unseen))]).tocsr()
weights = [1.0 if i % 3 else 0.5 for i in range(len(texts))]
names = [list(v.get_feature_names_out()) for v in (words, chars)]

def vectors(matrix):
    rows = []
    for i in range(matrix.shape[0]):
        row = matrix[i]
        rows.append({
            ("w:" if j < len(names[0]) else "c:") + (names[0] + names[1])[j]: float(v)
            for j, v in sorted(zip(row.indices, row.data))
        })
    return rows

def scores(weight):
    svc = LinearSVC(C=0.5, tol=1e-10, max_iter=1_000_000, dual=True)
    return svc.fit(x, labels, sample_weight=weight).decision_function(z).tolist()

print(json.dumps({
    "texts": texts,
    "labels": labels,
    "unseen": unseen,
    "words": names[0],
    "characters": names[1],
    "vectors": vectors(x)[:6] + vectors(z),
    "weights": weights,
    "scores": scores(None),
    "weighted_scores": scores(weights),
}, indent=1, ensure_ascii=False))
