package dev.revoker.model;

/** The coordinates of a request record; {@link #toString()} is the CloudEvents id of its result. */
public record Source(String topic, int partition, long offset) {
  /** {@code <topic>-<partition>-<offset>}, unique for each request record of a cluster. */
  @Override
  public String toString() {
    return topic + "-" + partition + "-" + offset;
  }
}
