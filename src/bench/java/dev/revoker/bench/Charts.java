package dev.revoker.bench;

import dev.revoker.bench.Journal.Spread;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Bars: a group for each scenario, a bar for each implementation, with the spread over the rounds.
 */
final class Charts {
  private static final Color[] COLOURS = {
    new Color(0x1b6ca8), new Color(0xb0b0b0), new Color(0x808080), new Color(0xe0a030)
  };

  private Charts() {}

  private record Chart(String file, String title, Figure figure, Map<String, String> groups) {}

  private static final List<Chart> ALL =
      List.of(
          new Chart(
              "share.svg",
              "Drain: rate as a share of the ideal",
              Figure.SHARE,
              groups(
                  "drain-64-50", "C=64 L=50",
                  "drain-long-tail", "long tail",
                  "drain-512-50", "C=512 L=50",
                  "drain-errors", "5% errors")),
          new Chart(
              "cpu.svg",
              "CPU time a revocation, µs",
              Figure.CPU_US,
              groups("drain-64-0", "L=0", "drain-64-50", "L=50 ms", "paced", "200/s")),
          new Chart(
              "latency.svg",
              "200/s: sent to visible, p99, ms",
              Figure.P99_MS,
              groups("paced", "200/s, L=20 ms")),
          new Chart(
              "urgent.svg",
              "Urgent behind a pile: sent to visible, p99, ms",
              Figure.P99_MS,
              groups("urgent", "urgent, L=20 ms")));

  /** Writes the charts that have figures; returns their file names with their titles. */
  static Map<String, String> write(Journal journal, Path folder) throws IOException {
    Files.createDirectories(folder);
    Map<String, String> written = new LinkedHashMap<>();
    for (Chart chart : ALL) {
      if (write(journal, chart, folder.resolve(chart.file()))) {
        written.put(chart.file(), chart.title());
      }
    }
    return written;
  }

  private static boolean write(Journal journal, Chart chart, Path file) throws IOException {
    List<String> scenarios =
        chart.groups().keySet().stream()
            .filter(
                id ->
                    Implementation.ALL.stream()
                        .allMatch(c -> spread(journal, chart, id, c).isPresent()))
            .toList();
    if (scenarios.isEmpty()) {
      return false;
    }
    CategoryChart picture =
        new CategoryChartBuilder().width(820).height(360).title(chart.title()).build();
    picture.getStyler().setLegendPosition(LegendPosition.OutsideS);
    picture.getStyler().setLegendLayout(org.knowm.xchart.style.Styler.LegendLayout.Horizontal);
    picture.getStyler().setSeriesColors(COLOURS);
    picture.getStyler().setChartBackgroundColor(Color.WHITE);
    for (Implementation implementation : Implementation.ALL) {
      List<Spread> spreads =
          scenarios.stream()
              .map(id -> spread(journal, chart, id, implementation).orElseThrow())
              .toList();
      picture.addSeries(
          implementation.title(),
          scenarios.stream().map(chart.groups()::get).toList(),
          spreads.stream().map(Spread::median).toList(),
          spreads.stream().map(s -> (s.high() - s.low()) / 2).toList());
    }
    VectorGraphicsEncoder.saveVectorGraphic(picture, file.toString(), VectorGraphicsFormat.SVG);
    return true;
  }

  private static Optional<Spread> spread(
      Journal journal, Chart chart, String scenario, Implementation implementation) {
    return journal.spread(scenario, implementation.id(), chart.figure());
  }

  private static Map<String, String> groups(String... idsAndNames) {
    Map<String, String> groups = new LinkedHashMap<>();
    for (int i = 0; i < idsAndNames.length; i += 2) {
      groups.put(idsAndNames[i], idsAndNames[i + 1]);
    }
    return groups;
  }
}
