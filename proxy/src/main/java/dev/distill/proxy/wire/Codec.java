package dev.distill.proxy.wire;

/** One dialect, read and written, for callers and for providers. */
public interface Codec extends CallerCodec, ProviderCodec {
    @Override
    Dialect dialect();
}
