package dev.revoker.submit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the last result of each row on disk: results come in any order, and a report has the order
 * of the input. Two files without a name: one has the results, the other has the place of each
 * row's result. One thread.
 */
final class ResultSpool implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** The place of a result (0 is none, so the data start at 1), and its length. */
  private static final int SLOT_BYTES = Long.BYTES + Integer.BYTES;

  private final FileChannel slots;
  private final FileChannel data;
  private long end = 1;

  private ResultSpool(FileChannel slots, FileChannel data) {
    this.slots = slots;
    this.data = data;
  }

  static ResultSpool open() throws IOException {
    return new ResultSpool(nameless(), nameless());
  }

  /** Keeps the result; it replaces an earlier one of the row. */
  void put(long row, ResultRecord result) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(result.json());
    write(data, ByteBuffer.wrap(bytes), end);
    ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES).putLong(end).putInt(bytes.length).flip();
    write(slots, slot, row * SLOT_BYTES);
    end += bytes.length;
  }

  /** The row's result, or null. */
  @Nullable ObjectNode get(long row) throws IOException {
    ByteBuffer slot = read(slots, row * SLOT_BYTES, SLOT_BYTES);
    long at = slot.getLong(0);
    if (at == 0) {
      return null;
    }
    byte[] bytes = read(data, at, slot.getInt(Long.BYTES)).array();
    return JSON.readTree(bytes) instanceof ObjectNode json ? json : null;
  }

  @Override
  public void close() throws IOException {
    slots.close();
    data.close();
  }

  private static FileChannel nameless() throws IOException {
    Path file = Files.createTempFile("revoker-results-", "");
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file);
    }
  }

  private static void write(FileChannel to, ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += to.write(bytes, position);
    }
  }

  /** Zeros where the file has ended already. */
  private static ByteBuffer read(FileChannel from, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    int read = 0;
    while (bytes.hasRemaining() && read >= 0) {
      read = from.read(bytes, at + bytes.position());
    }
    return bytes;
  }
}
