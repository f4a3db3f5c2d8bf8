package dev.revoker.message;

import java.nio.charset.StandardCharsets;

/** A record header. Whoever gets it must not change the bytes: results share them. */
@SuppressWarnings("ArrayRecordComponent") // Kafka's headers are made of this very array
public record Header(String name, byte[] value) {
  static Header of(String name, String text) {
    return new Header(name, text.getBytes(StandardCharsets.UTF_8));
  }
}
