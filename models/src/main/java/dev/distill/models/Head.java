package dev.distill.models;

/**
 * How the token vectors of a text become the vector that the classifier sees. Dropout and one
 * linear layer named {@code classifier} follow in every case.
 */
public enum Head {
    /** The first token's vector. */
    CLS(0),
    /** The mean of the vectors of all tokens, [CLS] and [SEP] included, padding excluded. */
    MEAN(1),
    /** The first token's vector, a linear layer and tanh: BertForSequenceClassification. */
    POOLER(2),
    /** The first token's vector, a linear layer and relu: DistilBertForSequenceClassification. */
    PRE_CLASSIFIER(3);

    private final int code;

    Head(int code) {
        this.code = code;
    }

    /** The number by which the programs know it. */
    int code() {
        return code;
    }
}
