package dev.distill.datasets;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Compresses pages with zstd; decompresses zstd, and the snappy and gzip of other people's files.
 * Parquet's own factory would load codecs of a Hadoop installation. Stateless.
 */
final class ParquetCodecs implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD) {
            throw new IllegalArgumentException("Parquet files are written with zstd, not " + codec);
        }
        return new ZstdCompressor();
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case ZSTD -> new Decompressor(Zstd::decompress);
            case SNAPPY -> new Decompressor((bytes, _) -> Snappy.uncompress(bytes));
            case GZIP -> new Decompressor((bytes, _) -> gunzip(bytes));
            case UNCOMPRESSED -> new Decompressor((bytes, _) -> bytes);
            case LZO, BROTLI, LZ4, LZ4_RAW ->
                    throw new UnsupportedOperationException(
                            "compressed with %s; zstd, snappy, gzip and none can be read"
                                    .formatted(codec));
        };
    }

    @Override
    public void release() {}

    private static byte[] gunzip(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    @FunctionalInterface
    private interface Algorithm {
        byte[] decompress(byte[] bytes, int size) throws IOException;
    }

    private static final class ZstdCompressor implements BytesInputCompressor {
        @Override
        public BytesInput compress(BytesInput page) throws IOException {
            return BytesInput.from(Zstd.compress(page.toInputStream().readAllBytes()));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {}
    }

    private record Decompressor(Algorithm algorithm) implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return BytesInput.from(algorithm.decompress(page.toInputStream().readAllBytes(), size));
        }

        @Override
        public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int outSize)
                throws IOException {
            byte[] page = new byte[inSize];
            in.get(page);
            out.put(algorithm.decompress(page, outSize));
        }

        @Override
        public void release() {}
    }
}
