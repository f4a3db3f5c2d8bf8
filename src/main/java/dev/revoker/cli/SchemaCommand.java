package dev.revoker.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the published contract. */
@Command(
    name = "schema",
    header = "Prints the published contract.",
    description = "Prints the published contract: the form of requests and results.",
    footer = {
      "",
      "Examples:",
      "  bin/revoker schema request > request.schema.json",
      "  bin/revoker schema asyncapi > asyncapi.json"
    })
public final class SchemaCommand implements Callable<Integer> {
  /** The documents. */
  enum Document {
    REQUEST("request.schema.json"),
    RESULT("result.schema.json"),
    ASYNCAPI("asyncapi.json");

    private final String file;

    Document(String file) {
      this.file = file;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(
      paramLabel = "WHAT",
      description = {
        "request or result: its JSON Schema (2020-12). asyncapi: an AsyncAPI 3 document with"
            + " topics, headers and examples."
      })
  private Document document = Document.REQUEST;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (InputStream in =
        SchemaCommand.class.getResourceAsStream("/dev/revoker/schema/" + document.file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + document.file);
      }
      out.print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      out.flush();
      return ExitCode.DONE;
    }
  }
}
