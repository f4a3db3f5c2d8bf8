package dev.revoker.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Table, JSON, document and charts. */
final class Reports {
  private static final String CHARTS = "bench";

  private Reports() {}

  /**
   * Prints the table and writes the rest.
   *
   * @param folder for results.json
   * @param docs for BENCHMARKS.md, and a folder in it for the charts
   */
  static void write(Journal journal, Path folder, Path docs) throws IOException {
    Map<String, String> machine = Machine.facts();
    String goals = Goals.table(Goals.of(journal));
    System.out.println(Table.of(journal) + "\n" + goals + "\n" + voids(journal));
    Files.createDirectories(docs);
    Files.writeString(folder.resolve("results.json"), json(journal, machine));
    Map<String, String> charts = Charts.write(journal, docs.resolve(CHARTS));
    Files.writeString(docs.resolve("BENCHMARKS.md"), document(journal, machine, goals, charts));
    System.out.println(
        "see " + docs.resolve("BENCHMARKS.md") + ", " + folder.resolve("results.json"));
  }

  private static String document(
      Journal journal, Map<String, String> machine, String goals, Map<String, String> charts)
      throws IOException {
    return "# Benchmarks\n\n"
        + (journal.quick() ? "**A quick run: checks, not figures.**\n\n" : "")
        + text("how.md")
        + "\n## The machine\n\n"
        + machine.entrySet().stream()
            .map(fact -> "- " + fact.getKey() + ": " + fact.getValue() + "\n")
            .collect(Collectors.joining())
        + "\n## The goals\n\n"
        + goals
        + "\n"
        + text("limits.md")
        + "\n## The figures\n\nRounds: %d. Median, and in brackets the lowest and the highest round.\n\n"
            .formatted(journal.rounds())
        + charts.entrySet().stream()
            .map(chart -> "![%s](%s/%s)\n".formatted(chart.getValue(), CHARTS, chart.getKey()))
            .collect(Collectors.joining())
        + Table.of(journal)
        + "\n### Void runs\n\n"
        + voids(journal);
  }

  private static String voids(Journal journal) {
    if (journal.voids().isEmpty()) {
      return "No run was void.\n";
    }
    return journal.voids().stream()
        .map(
            run ->
                "- %s, %s, round %d: %s%n"
                    .formatted(
                        run.scenario().id(),
                        run.implementation().id(),
                        run.round() + 1,
                        String.join("; ", run.measured().faults())))
        .collect(Collectors.joining());
  }

  private static String json(Journal journal, Map<String, String> machine) {
    List<Map<String, Object>> runs = journal.entries().stream().map(Reports::run).toList();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("quick", journal.quick());
    all.put("machine", machine);
    all.put("runs", runs);
    all.put("goals", Goals.of(journal));
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(all)
        + "\n";
  }

  private static Map<String, Object> run(Journal.Entry entry) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("scenario", entry.scenario().id());
    run.put("implementation", entry.implementation().id());
    run.put("round", entry.round() + 1);
    run.put("void", entry.measured().faults());
    entry.measured().figures().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            figure ->
                run.put(
                    figure.getKey().name().toLowerCase(java.util.Locale.ROOT), figure.getValue()));
    return run;
  }

  private static String text(String resource) throws IOException {
    try (InputStream stream = Reports.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
