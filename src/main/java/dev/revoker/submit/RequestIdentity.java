package dev.revoker.submit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * What {@code redrive} leaves as it is when it sends a record again: the request's id, and all of
 * the record but the headers {@code ce_id} and {@code revoker-redrive}. Ids and fingerprints alone
 * are claims: whoever may write requests could make a record that passes for another one's copy,
 * and so keep that from being sent.
 */
record RequestIdentity(String requestId, Content content) {
  static final String ID_HEADER = "ce_id";

  /** Counts how often a request was sent again. */
  static final String ROUND_HEADER = "revoker-redrive";

  /** The first 128 bits of a SHA-256. */
  record Content(long high, long low) {
    static Content of(ConsumerRecord<byte[], byte[]> record) {
      MessageDigest digest = sha256();
      add(digest, record.topic().getBytes(StandardCharsets.UTF_8));
      add(digest, record.key());
      add(digest, record.value());
      for (Header header : record.headers()) {
        if (!header.key().equals(ID_HEADER) && !header.key().equals(ROUND_HEADER)) {
          add(digest, header.key().getBytes(StandardCharsets.UTF_8));
          add(digest, header.value());
        }
      }
      ByteBuffer hash = ByteBuffer.wrap(digest.digest());
      return new Content(hash.getLong(), hash.getLong());
    }

    /** With its length: no two lists of parts have the same bytes. */
    private static void add(MessageDigest digest, byte @Nullable [] part) {
      int length = part == null ? -1 : part.length;
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
      if (part != null) {
        digest.update(part);
      }
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this JDK lacks SHA-256", e);
      }
    }
  }

  /**
   * How often the record was sent again. Whatever {@code redrive} does not write, such as a count
   * below 1 or above 3, counts as never.
   */
  static int round(ConsumerRecord<byte[], byte[]> record) {
    String text = text(record, ROUND_HEADER);
    return text != null && text.matches("[1-" + RequestCopies.MAX_ROUNDS + "]")
        ? Integer.parseInt(text)
        : 0;
  }

  /** The last header of this name as text; null where there is none. */
  static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
