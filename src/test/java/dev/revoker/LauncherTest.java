package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/revoker with made-up Javas and a made-up Maven, in a folder with a space in its name. */
class LauncherTest {
  @TempDir Path temp;

  private Path root;
  private Path tools;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void lay() throws IOException {
    root = Files.createDirectories(temp.resolve("a folder"));
    Files.createDirectories(root.resolve("lib/sandbox"));
    // The usual places of this machine must not come in.
    String script =
        Files.readString(Path.of("bin/revoker"))
            .replace("/usr/lib/jvm/", temp + "/usual/")
            .replace("/opt/java/", temp + "/none/")
            .replace("/Library/", temp + "/none/")
            .replace("/usr/libexec/", temp + "/none/");
    executable(root.resolve("bin/revoker"), script);
    tools = Files.createDirectories(temp.resolve("tools"));
    for (String tool : List.of("find", "head", "mkdir", "readlink", "sed", "touch")) {
      // No links: JUnit warns of links that lead out of its folder.
      executable(tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(which(tool)));
    }
    environment.put("PATH", tools.toString());
    environment.put("HOME", temp.toString());
  }

  @Test
  void takesJavaHomeAndHandsOnTheArguments() throws Exception {
    environment.put("JAVA_HOME", java("jdk 25", "25"));
    java("usual/older", "21");

    Run run = run("worker", "--config", "my file");

    assertThat(run.exit()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("I am 25", "-Drevoker.home=" + root.toRealPath(), "dev.revoker.App")
        .containsSubsequence("worker", "--config", "my file");
  }

  @Test
  void becomesTheJvm() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));

    Run run = run("worker");

    assertThat(run.out()).contains("pid " + run.pid());
  }

  @Test
  void asksEachJavaAndSkipsWhatIsOldOrBroken() throws Exception {
    environment.put("JAVA_HOME", java("old", "17"));
    executable(tools.resolve("java"), "#!/bin/sh\necho 'no Java runtime' >&2; exit 1\n");
    java("usual/a-jdk-8", "1.8");
    java("usual/b-jdk-21", "21");

    assertThat(run("worker").out()).contains("I am 21");
  }

  @Test
  void prefersThePathToTheUsualPlaces() throws Exception {
    String home = java("on path", "24");
    Files.createSymbolicLink(tools.resolve("java"), Path.of(home, "bin/java"));
    java("usual/jdk", "25");

    assertThat(run("worker").out()).contains("I am 24");
  }

  @Test
  void saysWhatToDoWhereNoneWillDo() throws Exception {
    String home = java("old", "17");
    environment.put("JAVA_HOME", home);

    Run run = run("worker");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .anySatisfy(line -> assertThat(line).contains("Java 21 or later"))
        .anySatisfy(line -> assertThat(line).contains(home + "/bin/java (17)"))
        .anySatisfy(line -> assertThat(line).contains("JAVA_HOME"));
  }

  @Test
  void keepsTheBrokerAwayFromAllButDemoAndDev() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));
    String lib = root.toRealPath().resolve("lib").toString();

    assertThat(run("worker").out()).containsSubsequence("-cp", lib + "/*");
    assertThat(run("demo").out()).containsSubsequence("-cp", lib + "/*:" + lib + "/sandbox/*");
    assertThat(run("dev").out()).containsSubsequence("-cp", lib + "/*:" + lib + "/sandbox/*");
  }

  @Test
  void putsTheUsersOptionsLast() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));
    assertThat(run("worker").out()).contains("-XX:+UseSerialGC");

    environment.put("REVOKER_JAVA_OPTS", "-XX:+UseG1GC -Xmx1g");

    assertThat(run("worker").out())
        .doesNotContain("-XX:+UseSerialGC")
        .containsSubsequence("-Xmx256m", "-XX:+UseG1GC", "-Xmx1g", "dev.revoker.App");
  }

  @Test
  void allowsNativeCodeWhereJavaWouldWarn() throws Exception {
    environment.put("JAVA_HOME", java("older", "21"));
    assertThat(run("worker").out()).doesNotContain("--enable-native-access=ALL-UNNAMED");

    environment.put("JAVA_HOME", java("newer", "25"));
    assertThat(run("worker").out()).contains("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void believesWhatTheFolderSaysOfItsJava() throws Exception {
    String home = java("jdk", "21");
    environment.put("JAVA_HOME", home);
    Files.writeString(
        Path.of(home, "release"), "IMPLEMENTOR=\"X 17\"\nJAVA_VERSION=\"1.8.0_402\"\n");
    assertThat(run("worker").err())
        .anySatisfy(line -> assertThat(line).contains(home + "/bin/java (8)"));

    Files.writeString(Path.of(home, "release"), "JAVA_VERSION=\"24\"\n");
    assertThat(run("worker").out()).contains("--enable-native-access=ALL-UNNAMED");

    Files.writeString(Path.of(home, "release"), "JAVA_VERSION=\n");
    assertThat(run("worker").out())
        .contains("I am 21")
        .doesNotContain("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void keepsTheCompilerOfAWorkerSmall() throws Exception {
    String home = java("jdk", "25");
    environment.put("JAVA_HOME", home);
    String limit = "-XX:CompileCommand=MemLimit,*.*,12m";
    String trim = "-XX:TrimNativeHeapInterval=1000";
    assertThat(run("worker").out()).contains(limit).doesNotContain(trim);
    assertThat(run("check").out()).doesNotContain(limit);

    Files.writeString(Path.of(home, "release"), "JAVA_VERSION=\"25.0.3\"\nLIBC=\"musl\"\n");
    assertThat(run("worker").out()).contains(limit).doesNotContain(trim);

    Files.writeString(Path.of(home, "release"), "JAVA_VERSION=\"25.0.3\"\nLIBC=\"gnu\"\n");
    assertThat(run("worker").out()).contains(limit, trim);
    assertThat(run("check").out()).doesNotContain(trim);

    environment.put("JAVA_HOME", java("older", "24"));
    assertThat(run("worker").err()).isEmpty();
    assertThat(run("worker").out()).doesNotContain(limit);
  }

  @Test
  void startsAWorkerFromTheCacheOfTheBuild() throws Exception {
    String cache = "-XX:AOTCache=" + root.toRealPath().resolve("revoker.aot");
    environment.put("JAVA_HOME", java("jdk", "25"));
    // The name that a build gives it until it is whole.
    Files.createFile(root.resolve("revoker.aot.unfinished"));
    assertThat(run("worker").out()).doesNotContain(cache);

    Files.createFile(root.resolve("revoker.aot"));
    assertThat(run("worker").out())
        .containsSubsequence("-Xlog:disable", "-Xlog:aot*=off:stderr", cache);
    assertThat(run("check").out()).doesNotContain(cache);

    environment.put("REVOKER_JAVA_OPTS", "-XX:AOTCacheOutput=other.aot");
    assertThat(run("worker").out()).doesNotContain(cache);

    environment.put("REVOKER_JAVA_OPTS", "");
    environment.put("JAVA_HOME", java("older", "24"));
    assertThat(run("worker").out()).doesNotContain(cache);
  }

  @Test
  void argumentsAndFileNamesWithUmlautsWorkInTheLocaleC() throws Exception {
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("LC_ALL", "C");
    printerAsApp();
    Path file = Files.writeString(temp.resolve("pr\u00fcfung.txt"), "gr\u00fcn");

    Run run = run("\u00fcber", file.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).containsExactly("\u00fcber", "gr\u00fcn");
  }

  @Test
  void leavesALocaleThatWorksAsItIs() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));
    assertThat(run("check").out()).contains("locale C.UTF-8", "-Dstdout.encoding=UTF-8");

    environment.put("LANG", "de_DE.ISO-8859-1");
    assertThat(run("check").out()).contains("locale ").doesNotContain("-Dstdout.encoding=UTF-8");

    environment.put("LANG", "en_US.UTF-8");
    executable(tools.resolve("locale"), "#!/bin/sh\necho UTF-8\n");
    assertThat(run("check").out()).contains("locale ");

    executable(tools.resolve("locale"), "#!/bin/sh\necho ANSI_X3.4-1968\n");
    assertThat(run("check").out()).contains("locale C.UTF-8");
  }

  @Test
  void runsThroughSymbolicLinks() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));
    Path links = Files.createDirectories(temp.resolve("links"));
    Files.createSymbolicLink(links.resolve("direct"), root.resolve("bin/revoker"));
    Files.createSymbolicLink(links.resolve("revoker"), Path.of("direct"));

    assertThat(start(links.resolve("revoker"), "worker").out())
        .contains("-Drevoker.home=" + root.toRealPath());
  }

  @Test
  void buildsACheckoutOnlyWhereNeeded() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));
    Path source = Files.createDirectories(root.resolve("src/main")).resolve("A.java");
    Files.createFile(source);
    Files.createDirectories(root.resolve("docs/schema"));
    Files.createFile(root.resolve("pom.xml"));
    long past = Instant.now().toEpochMilli() - 60_000;
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(past));
      }
    }
    executable(
        tools.resolve("mvn"),
        "#!/bin/sh\nmkdir -p target/revoker/lib && touch target/revoker/lib/revoker.jar\n");

    Run first = run("worker");
    Run second = run("worker");
    Files.setLastModifiedTime(source, FileTime.fromMillis(past + 120_000));
    Run third = run("worker");

    assertThat(first.err()).containsExactly("revoker: building (mvn package), once");
    assertThat(first.out()).contains("-Drevoker.home=" + root.toRealPath() + "/target/revoker");
    assertThat(second.err()).isEmpty();
    assertThat(third.err()).hasSize(1);
  }

  @Test
  void saysSoWhereTheBuildFails() throws Exception {
    environment.put("JAVA_HOME", java("jdk", "21"));
    Files.createDirectories(root.resolve("src/main"));
    Files.createDirectories(root.resolve("docs/schema"));
    Files.createFile(root.resolve("pom.xml"));
    assertThat(run("worker").err()).anySatisfy(line -> assertThat(line).contains("install Maven"));

    executable(tools.resolve("mvn"), "#!/bin/sh\necho broken; exit 1\n");
    Run run = run("worker");

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("broken", "revoker: the build failed, see above");
  }

  private record Run(int exit, long pid, List<String> out, List<String> err) {}

  private Run run(String... arguments) throws Exception {
    return start(root.resolve("bin/revoker"), arguments);
  }

  private Run start(Path script, String... arguments) throws Exception {
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
                Stream.concat(Stream.of(script.toString()), Stream.of(arguments)).toList())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> out =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    return new Run(process.waitFor(), process.pid(), out, Files.readAllLines(err));
  }

  /** A Java that says its version when asked, and otherwise prints how it was called. */
  private String java(String name, String version) throws IOException {
    Path home = temp.resolve(name);
    executable(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        case $1 in
          -XshowSettings*) echo "    java.specification.version = %1$s" >&2 ;;
          *) echo "I am %1$s"; echo "pid $$"; echo "locale ${LC_ALL-}"; printf '%%s\\n' "$@" ;;
        esac
        """
            .formatted(version));
    return home.toString();
  }

  /** In place of the program: one that prints its first argument, and the file of its second. */
  private void printerAsApp() throws Exception {
    Path source =
        Files.writeString(
            temp.resolve("App.java"),
            """
            package dev.revoker;
            class App {
              public static void main(String[] args) throws Exception {
                System.out.println(args[0]);
                System.out.println(java.nio.file.Files.readString(java.nio.file.Path.of(args[1])));
              }
            }
            """);
    Path classes = Files.createDirectories(temp.resolve("classes"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", classes.toString(), source.toString());
    assertThat(failed).isZero();
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(root.resolve("lib/revoker.jar")))) {
      jar.putNextEntry(new ZipEntry("dev/revoker/App.class"));
      Files.copy(classes.resolve("dev/revoker/App.class"), jar);
    }
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path which(String tool) {
    return Stream.of("/usr/bin", "/bin")
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }
}
