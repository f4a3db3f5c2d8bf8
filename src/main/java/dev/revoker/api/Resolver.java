package dev.revoker.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Looks up one host's addresses. The system's lookup cannot be interrupted, and on a virtual thread
 * it would block others. So it has a thread of its own, and all waiting calls share its result. The
 * JDK's {@code networkaddress.cache.ttl} says how long an address is cached.
 */
final class Resolver {
  /** The system's lookup, or a test's. */
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final String host;
  private final Lookup lookup;
  private @Nullable CompletableFuture<InetAddress[]> underWay;

  Resolver(String host, Lookup lookup) {
    this.host = host;
    this.lookup = lookup;
  }

  /** Waits for the addresses, at least one. */
  InetAddress[] addresses() throws UnknownHostException, InterruptedException {
    try {
      return underWay().get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof UnknownHostException unknown) {
        throw unknown;
      }
      throw new IllegalStateException("the lookup of an address failed", failed);
    }
  }

  private synchronized CompletableFuture<InetAddress[]> underWay() {
    CompletableFuture<InetAddress[]> current = underWay;
    if (current == null || current.isDone()) {
      CompletableFuture<InetAddress[]> started = new CompletableFuture<>();
      Thread.ofPlatform().daemon().name("revoker-dns").start(() -> look(started));
      underWay = started;
      current = started;
    }
    return current;
  }

  private void look(CompletableFuture<InetAddress[]> into) {
    try {
      into.complete(lookup.addresses(host));
    } catch (UnknownHostException | RuntimeException | Error failed) {
      into.completeExceptionally(failed);
    }
  }
}
