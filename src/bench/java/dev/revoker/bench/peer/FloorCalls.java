package dev.revoker.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The minimum CPU time of the calls: each virtual thread writes one request after the other to its
 * own socket and reads the answers: no queue, no time-out, no retry.
 */
final class FloorCalls {
  private final URI api;
  private final String token;

  private FloorCalls(Settings settings) throws Exception {
    api = settings.api();
    token = new AccountClient(settings).token();
  }

  public static void main(String[] arguments) throws Exception {
    Settings settings = Settings.read();
    int warm = Integer.parseInt(Settings.need("BENCH_WARM"));
    List<String> keys = Files.readAllLines(Path.of(Settings.need("BENCH_KEYS")));
    FloorCalls floor = new FloorCalls(settings);
    floor.callAll(keys.subList(0, warm), settings.concurrency());
    double before = OwnCpu.seconds();
    floor.callAll(keys.subList(warm, keys.size()), settings.concurrency());
    OwnCpu.report(before, keys.size() - warm);
  }

  private void callAll(List<String> keys, int concurrency) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> loops =
          IntStream.range(0, concurrency)
              .<Future<?>>mapToObj(
                  first ->
                      threads.submit(
                          () -> {
                            callEvery(keys, first, concurrency);
                            return null;
                          }))
              .toList();
      for (Future<?> loop : loops) {
        loop.get();
      }
    }
  }

  private void callEvery(List<String> keys, int first, int step) throws IOException {
    try (SocketChannel socket =
        SocketChannel.open(new InetSocketAddress(api.getHost(), api.getPort()))) {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer answer = ByteBuffer.allocate(4096);
      for (int i = first; i < keys.size(); i += step) {
        call(socket, answer, keys.get(i));
      }
    }
  }

  private void call(SocketChannel socket, ByteBuffer answer, String key) throws IOException {
    String request =
        "GET /api/account/remove_api_key?v=1&api_token="
            + token
            + "&api_securekey="
            + key
            + " HTTP/1.1\r\nHost: "
            + api.getAuthority()
            + "\r\n\r\n";
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
    answer.clear();
    do {
      if (socket.read(answer) < 0) {
        throw new IOException("the API closed the connection");
      }
    } while (!ended(answer));
    if (answer.get("HTTP/1.1 ".length()) != '2') {
      throw new IOException("no 204");
    }
  }

  /** A 204 has no body. */
  private static boolean ended(ByteBuffer answer) {
    int end = answer.position();
    return end > 12
        && answer.get(end - 1) == '\n'
        && answer.get(end - 2) == '\r'
        && answer.get(end - 3) == '\n';
  }
}
