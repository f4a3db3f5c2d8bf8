package dev.revoker.bench;

import dev.revoker.bench.Journal.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Medians with their spread, as Markdown, which also reads well on a terminal. */
final class Table {
  private Table() {}

  static String of(Journal journal) {
    StringBuilder text = new StringBuilder();
    for (Scenario scenario : journal.scenarios()) {
      text.append("\n### ").append(scenario.title()).append("\n\n").append(of(journal, scenario));
      journal.notes(scenario).ifPresent(notes -> text.append('\n').append(notes));
    }
    return text.toString();
  }

  /** One scenario: a row for each implementation, a column for each figure. */
  static String of(Journal journal, Scenario scenario) {
    List<Implementation> implementations = journal.implementations(scenario);
    List<Figure> figures =
        Arrays.stream(Figure.values())
            .filter(
                figure ->
                    implementations.stream()
                        .anyMatch(c -> journal.spread(scenario.id(), c.id(), figure).isPresent()))
            .toList();
    StringBuilder text = new StringBuilder("| |");
    figures.forEach(figure -> text.append(' ').append(figure.title()).append(" |"));
    text.append("\n|---|").append("--:|".repeat(figures.size())).append('\n');
    for (Implementation implementation : implementations) {
      text.append("| ").append(implementation.title()).append(" |");
      for (Figure figure : figures) {
        Optional<Spread> spread = journal.spread(scenario.id(), implementation.id(), figure);
        text.append(' ').append(spread.map(s -> cell(figure, s)).orElse("void")).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(Figure figure, Spread spread) {
    String median = figure.format(spread.median());
    return spread.low() == spread.high()
        ? median
        : "%s (%s to %s)"
            .formatted(median, figure.format(spread.low()), figure.format(spread.high()));
  }
}
