package dev.distill.trainer.tracking;

import java.util.zip.CRC32C;

/**
 * The checksum of TensorFlow's record files: CRC-32C, rotated and shifted so that the checksum of
 * data that contains checksums is a good one too. See
 * https://github.com/tensorflow/tensorflow/blob/v2.19.0/tensorflow/core/lib/hash/crc32c.h
 */
final class Crc {
    private static final int DELTA = 0xa282ead8;

    private Crc() {}

    static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + DELTA;
    }
}
