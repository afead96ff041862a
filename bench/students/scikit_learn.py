"""The linear student's reference: TfidfVectorizer and LinearSVC on the same rows. Argument: DATA."""
import csv
import pickle
import sys
import time

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC


def read(name):
    with open(f"{sys.argv[1]}/{name}", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"].strip() for row in rows], np.array([row["category"] for row in rows])


def run(name, texts, labels, characters):
    begun = time.perf_counter()
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=characters, min_df=2, sublinear_tf=True)

    model = LinearSVC(C=1).fit(
        hstack([words.fit_transform(texts), pieces.fit_transform(texts)]).tocsr(), labels)
    seconds = time.perf_counter() - begun

    def predict(several):
        return model.predict(hstack([words.transform(several), pieces.transform(several)]).tocsr())

    accuracy = (predict(test[0]) == test[1]).mean()
    latencies = []
    for text in test[0][:1000]:
        begun = time.perf_counter()
        predict([text])
        latencies.append(time.perf_counter() - begun)
    size = len(pickle.dumps((words, pieces, model)))
    print(f"scikit-learn, {name}: accuracy {accuracy:.4f}, {seconds:.2f} s training, "
          f"p50 {1e3 * np.median(latencies):.3f} ms, {size / 1e6:.1f} MB")


train, test = read("train.csv"), read("test.csv")
kept = [i for i in range(len(train[0])) if i % 10 != 9]
run("the same rows and n-grams", [train[0][i] for i in kept], train[1][kept], (2, 4))
run("all rows, characters 2 to 5", train[0], train[1], (2, 5))
