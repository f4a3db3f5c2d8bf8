package dev.revoker.submit;

import java.io.IOException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** The sending of one pass, on whichever thread. */
final class Sending implements Runnable {
  private final Sender sender;
  private final Pass pass;
  private final LongPredicate wanted;
  private volatile @Nullable Exception failure;

  Sending(Sender sender, Pass pass, LongPredicate wanted) {
    this.sender = sender;
    this.pass = pass;
    this.wanted = wanted;
  }

  @Override
  public void run() {
    try {
      failure = sender.send(pass, wanted);
    } catch (IOException | RuntimeException failed) {
      failure = failed;
    }
  }

  /** Why not everything was sent; null while nothing failed. */
  @Nullable Exception failure() {
    return failure;
  }

  void stop() {
    sender.stop();
  }
}
