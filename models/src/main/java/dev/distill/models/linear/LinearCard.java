package dev.distill.models.linear;

import dev.distill.models.ModelCard;
import java.util.Locale;

/** What README.md says of a linear student beside what it says of all. */
final class LinearCard {
    private LinearCard() {}

    static String markdown(ModelCard card, LinearShape shape) {
        return card.markdown(new ModelCard.Student(shape.labels(), nature(shape), use(shape)));
    }

    private static String nature(LinearShape shape) {
        return String.format(
                Locale.ROOT,
                "It is linear in the TF-IDF of %,d word n-grams and %,d character n-grams, and starts"
                        + " from no other model. Texts of any length are seen whole.",
                shape.wordTerms(),
                shape.characterTerms());
    }

    /** How to compute its scores elsewhere. */
    private static String use(LinearShape shape) {
        return """
        A text becomes NFKC, then lower case. Words are runs of letters, marks, numbers and `_`; word \
        n-grams have up to %d, joined by a space. Character n-grams have %d to %d, within what white \
        space separates, with a space on either side. Each sort is weighted by (1 + ln count) idf and \
        scaled to length 1. In Python, but for marks outside of letters:

        ```python
        import json, numpy as np
        from safetensors.numpy import load_file
        from sklearn.feature_extraction.text import TfidfVectorizer
        from scipy.sparse import csr_matrix, diags, hstack
        from unicodedata import normalize
        config, arrays = json.load(open("PATH/config.json")), load_file("PATH/model.safetensors")
        own = config["distill"]
        terms = open("PATH/vocabulary.txt", encoding="utf-8").read().split("\\n")[:-1]
        def vectors(texts, terms, idf, **options):
            v = TfidfVectorizer(vocabulary=terms, sublinear_tf=True, **options)
            v.idf_ = idf.astype(float)
            return v.transform([normalize("NFKC", t) for t in texts])
        def scores(texts):
            n = own["word_terms"]
            x = hstack([
                vectors(texts, terms[:n], arrays["word.idf"], token_pattern=r"\\w+",
                        ngram_range=(1, own["max_word_ngram"])),
                vectors(texts, terms[n:], arrays["char.idf"], analyzer="char_wb",
                        ngram_range=(own["min_char_ngram"], own["max_char_ngram"]))])
            w = csr_matrix((arrays["classifier.values"], arrays["classifier.classes"],
                            arrays["classifier.starts"]), shape=(len(terms), len(config["id2label"])))
            return x @ w + arrays["classifier.bias"]
        best = np.asarray(scores(["a text"])).argmax(1)
        print([config["id2label"][str(i)] for i in best])
        ```

        The probabilities are the softmax of the scores over the temperature of calibration.json.\
        """
                .formatted(
                        shape.ngrams().maxWords(),
                        shape.ngrams().minCharacters(),
                        shape.ngrams().maxCharacters());
    }
}
