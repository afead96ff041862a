package dev.distill.models;

import dev.distill.config.StudentConfig.Pooling;

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
    PRE_CLASSIFIER(3),
    /**
     * The first token's vector, a linear layer, gelu and a norm:
     * ModernBertForSequenceClassification with {@code classifier_pooling} cls.
     */
    PREDICTION_CLS(4),
    /** The same over the mean of the tokens' vectors: {@code classifier_pooling} mean. */
    PREDICTION_MEAN(5);

    private final int code;

    Head(int code) {
        this.code = code;
    }

    /**
     * The head of a new student: over the mean or the first token, and with the layers that
     * transformers' class for the family has, where there is a class that pools so.
     */
    public static Head of(Architecture architecture, Pooling pooling) {
        boolean modern = architecture == Architecture.MODERNBERT;
        return switch (pooling) {
            case MEAN -> modern ? PREDICTION_MEAN : MEAN;
            case CLS -> modern ? PREDICTION_CLS : CLS;
        };
    }

    /** The number by which the programs know it. */
    int code() {
        return code;
    }
}
