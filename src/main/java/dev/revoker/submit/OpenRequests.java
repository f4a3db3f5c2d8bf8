package dev.revoker.submit;

import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Which requests of a batch have no result yet. Requests and results may come in any order. Takes
 * two bits for each record of the topics. One thread.
 */
final class OpenRequests {
  private static final int PAGE_RECORDS = 1 << 16;

  private final SubmitBatch batch;
  private final Map<Page, BitSet> requested = new HashMap<>();
  private final Map<Page, BitSet> answered = new HashMap<>();
  private long count;

  private record Page(String topic, int partition, long number) {
    static Page of(Source source) {
      return new Page(source.topic(), source.partition(), source.offset() / PAGE_RECORDS);
    }
  }

  OpenRequests(String batch) {
    this.batch = new SubmitBatch(batch, 0);
  }

  /** A record of a request topic; {@code submit} names batch and row in its header. */
  void takeRequest(ConsumerRecord<byte[], byte[]> record) {
    Header id = record.headers().lastHeader(RequestIdentity.ID_HEADER);
    if (id != null
        && id.value() != null
        && batch.rowOf(new String(id.value(), StandardCharsets.UTF_8)) > 0) {
      Source source = new Source(record.topic(), record.partition(), record.offset());
      if (mark(requested, source) && !isMarked(answered, source)) {
        count++;
      }
    }
  }

  /** The request has a result, whatever the labels of that say. */
  void answered(Source source) {
    if (source.offset() >= 0 && mark(answered, source) && isMarked(requested, source)) {
      count--;
    }
  }

  long count() {
    return count;
  }

  /** Whether it was not marked before. */
  private static boolean mark(Map<Page, BitSet> pages, Source source) {
    BitSet page = pages.computeIfAbsent(Page.of(source), unused -> new BitSet());
    int index = (int) (source.offset() % PAGE_RECORDS);
    boolean isNew = !page.get(index);
    page.set(index);
    return isNew;
  }

  private static boolean isMarked(Map<Page, BitSet> pages, Source source) {
    BitSet page = pages.get(Page.of(source));
    return page != null && page.get((int) (source.offset() % PAGE_RECORDS));
  }
}
