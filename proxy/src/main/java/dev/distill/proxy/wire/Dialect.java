package dev.distill.proxy.wire;

/** The formats that requests and answers come in. */
public enum Dialect {
    /** {@code POST /v1/chat/completions}. */
    OPENAI_CHAT,
    /** {@code POST /v1/responses}. */
    OPENAI_RESPONSES,
    /** {@code POST /v1/embeddings}; nothing translates to or from it. */
    OPENAI_EMBEDDINGS,
    /** {@code POST /v1/messages}. */
    ANTHROPIC_MESSAGES,
    /** {@code POST /models/MODEL:generateContent} and {@code :streamGenerateContent?alt=sse}. */
    GEMINI,
    /** {@code POST /model/MODEL/converse} and {@code /converse-stream}. */
    BEDROCK_CONVERSE
}
